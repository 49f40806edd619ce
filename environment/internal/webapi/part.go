package webapi

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
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

// answerOf is about how long the answer of a part is, in bytes.
const answerOf = 512

// expect makes room for the answers of so many parts.
func (s *spool) expect(parts int) { s.memory.Grow(min(parts*answerOf, s.keep)) }

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
	head      []byte
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
	head := appendAll(p.head[:0], "--", p.boundary, "\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n")
	if p.contentID != "" {
		head = appendAll(head, "Content-ID: ", p.contentID, "\r\n")
	}
	head = appendAll(head, "\r\nHTTP/1.1 ")
	head = appendAll(strconv.AppendInt(head, int64(status), 10), " ", http.StatusText(status), "\r\n")
	if status >= http.StatusBadRequest {
		head = appendAll(head, "REQ_ID: ", p.requestID, "\r\n")
	}
	if row := p.header["OData-EntityId"]; row != nil && p.header["Location"] == nil {
		p.header["Location"] = row // in batches rows that were changed have both, too
	}
	for _, name := range partHeaders {
		if name == "Content-Length" && status >= http.StatusBadRequest {
			continue // contents say how long they are, errors do not
		}
		for _, value := range p.header[name] {
			head = appendAll(head, name, ": ", value)
			if name == "Content-Type" && value == jsonType && status < http.StatusMultipleChoices {
				head = appendAll(head, "; odata.streaming=true")
			}
			head = appendAll(head, "\r\n")
		}
	}
	p.head = appendAll(head, "\r\n")
	_, p.failed = p.to.Write(p.head)
}

func appendAll(to []byte, texts ...string) []byte {
	for _, t := range texts {
		to = append(to, t...)
	}
	return to
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
