package webapi

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
)

// spool holds the answers of a batch until the last one is known, for the status of
// the whole depends on all of them. What outgrows memory waits in a file.
type spool struct {
	memory bytes.Buffer
	file   *os.File
	keep   int // bytes kept in memory
}

// spoolMemory is how much of a batch's answer is kept in memory.
const spoolMemory = 4 << 20

// Write keeps b.
func (s *spool) Write(b []byte) (int, error) {
	if s.file == nil && s.memory.Len()+len(b) <= s.keep {
		return s.memory.Write(b)
	}
	if s.file == nil {
		f, err := os.CreateTemp("", "stead-batch-*")
		if err != nil {
			return 0, fmt.Errorf("spool the answer of a batch: %w", err)
		}
		s.file = f
	}
	return s.file.Write(b)
}

// copyTo writes all that was kept.
func (s *spool) copyTo(w io.Writer) error {
	if _, err := w.Write(s.memory.Bytes()); err != nil || s.file == nil {
		return err
	}
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	_, err := io.Copy(w, s.file)
	return err
}

// discard removes the file, if there is one.
func (s *spool) discard() {
	if s.file != nil {
		_ = s.file.Close() // it is read or given up: nothing is lost
		_ = os.Remove(s.file.Name())
	}
}

// partWriter writes one answer of a batch as a part: an http.ResponseWriter that
// frames its head in lines (Dataverse facts 5.15).
type partWriter struct {
	to        io.Writer
	boundary  string
	contentID string
	requestID string // of the batch; errors carry it
	header    http.Header
	status    int
	failed    error // of the head
}

// partHeaders are the headers that a part carries, in their order.
var partHeaders = [...]string{"Content-Type", "OData-Version", "Preference-Applied", "ETag", "Location", "OData-EntityId", "Allow", "Retry-After", helpHeader,
	fileNameHeader, fileSizeHeader, chunkSizeHeader, "Mimetype", "Content-Disposition", "Accept-Ranges", "Content-Range", "Content-Length"}

// Header gives the headers, which WriteHeader sends.
func (p *partWriter) Header() http.Header { return p.header }

// WriteHeader writes the head once.
func (p *partWriter) WriteHeader(status int) {
	if p.status != 0 {
		return
	}
	p.status = status
	var b bytes.Buffer
	fmt.Fprintf(&b, "--%s\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n", p.boundary)
	if p.contentID != "" {
		fmt.Fprintf(&b, "Content-ID: %s\r\n", p.contentID)
	}
	fmt.Fprintf(&b, "\r\nHTTP/1.1 %d %s\r\n", status, http.StatusText(status))
	if status >= http.StatusBadRequest {
		fmt.Fprintf(&b, "REQ_ID: %s\r\n", p.requestID)
	}
	if row := p.header["OData-EntityId"]; row != nil && p.header["Location"] == nil {
		p.header["Location"] = row // in batches rows that were changed have both, too
	}
	for _, name := range partHeaders {
		if name == "Content-Length" && status >= http.StatusBadRequest {
			continue // contents say how long they are, errors do not
		}
		for _, value := range p.header[name] {
			if name == "Content-Type" && value == jsonType && status < http.StatusMultipleChoices {
				value += "; odata.streaming=true"
			}
			fmt.Fprintf(&b, "%s: %s\r\n", name, value)
		}
	}
	b.WriteString("\r\n")
	_, p.failed = p.to.Write(b.Bytes())
}

// Write writes the body.
func (p *partWriter) Write(b []byte) (int, error) {
	p.WriteHeader(http.StatusOK)
	if p.failed != nil {
		return 0, p.failed
	}
	return p.to.Write(b)
}

// end closes the part; an answer that wrote nothing is 200.
func (p *partWriter) end() error {
	p.WriteHeader(http.StatusOK)
	if p.failed != nil {
		return p.failed
	}
	_, err := io.WriteString(p.to, "\r\n")
	return err
}
