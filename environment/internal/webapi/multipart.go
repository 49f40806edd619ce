package webapi

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strconv"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/dverr"
)

// The limits of a batch (Dataverse facts 5.15).
const (
	maxParts    = 1000
	maxPartURL  = 64 << 10
	maxPartLine = maxPartURL + 100 // with its method and version
)

// part is one request of a batch as the client spelled it.
type part struct {
	method, target string
	header         http.Header
	body           []byte
	contentID      string // empty for none
}

// unit is what one part of a batch asks for: a single request, or a change set whose
// requests happen all or not at all.
type unit struct {
	changeSet bool
	parts     []part
}

// readBatch reads the body of a batch. Lines may end in LF or CRLF and boundaries may
// be quoted. A batch that is malformed anywhere is refused before anything of it
// happens.
func readBatch(body io.Reader, contentType string) ([]unit, error) {
	boundary, ok := boundaryOf(contentType)
	if !ok {
		return nil, dverr.UnsupportedMediaType.With("The batch request must have a Content-Type header of 'multipart/mixed' with a boundary parameter, not '" + contentType + "'.")
	}
	b := batchReader{}
	err := eachPart(body, boundary, func(p *multipart.Part) error { return b.unit(p) })
	if err == nil && len(b.units) == 0 {
		err = malformed("it holds no request")
	}
	return b.units, err
}

// boundaryOf reads a content type of multipart/mixed.
func boundaryOf(contentType string) (boundary string, ok bool) {
	kind, parameters, err := mime.ParseMediaType(contentType)
	boundary = parameters["boundary"]
	return boundary, err == nil && kind == "multipart/mixed" && boundary != ""
}

func malformed(why string) error {
	return dverr.QueryInvalid.Text("The batch request is not valid: %s.", why)
}

// eachPart calls do for the parts of a multipart body in order.
func eachPart(body io.Reader, boundary string, do func(*multipart.Part) error) error {
	r := multipart.NewReader(body, boundary)
	for {
		p, err := r.NextRawPart()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return unreadable(err)
		}
		if err := do(p); err != nil {
			return err
		}
	}
}

// unreadable keeps what says more than that the body is no multipart: a body that is
// too large, a client that went away.
func unreadable(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return err
	}
	return malformed("its parts are not delimited as the Content-Type header says").(*dverr.Error).Because(err)
}

type batchReader struct {
	units []unit
	count int

	// What one part is read with, and the next again.
	text  bytes.Buffer
	bytes bytes.Reader
	lines *textproto.Reader
}

func (b *batchReader) unit(p *multipart.Part) error {
	boundary, set := boundaryOf(p.Header.Get("Content-Type"))
	if !set {
		one, err := b.part(p)
		b.units = append(b.units, unit{parts: []part{one}})
		return err
	}
	u := unit{changeSet: true}
	err := eachPart(p, boundary, func(p *multipart.Part) error {
		if _, nested := boundaryOf(p.Header.Get("Content-Type")); nested {
			return malformed("a change set cannot hold another one")
		}
		one, err := b.part(p)
		u.parts = append(u.parts, one)
		return err
	})
	if err == nil {
		err = uniqueIDs(u.parts)
	}
	b.units = append(b.units, u)
	return err
}

func uniqueIDs(parts []part) error {
	seen := map[string]bool{}
	for _, p := range parts {
		if p.contentID != "" && seen[p.contentID] {
			return malformed("the content ID '" + p.contentID + "' was found more than once in the same change set")
		}
		seen[p.contentID] = true
	}
	return nil
}

func (b *batchReader) part(p *multipart.Part) (part, error) {
	if b.count++; b.count > maxParts {
		return part{}, dverr.QueryInvalid.Text("The maximum number of requests in a batch is %d.", maxParts)
	}
	kind, _, err := mime.ParseMediaType(p.Header.Get("Content-Type"))
	if err != nil || kind != "application/http" {
		return part{}, malformed("a part has the content type '" + p.Header.Get("Content-Type") + "', and 'application/http' is expected")
	}
	b.text.Reset()
	if _, err := b.text.ReadFrom(p); err != nil {
		return part{}, unreadable(err)
	}
	one, err := b.readPart(b.text.Bytes())
	if id := strings.TrimSpace(p.Header.Get("Content-ID")); id != "" {
		one.contentID = id
	}
	return one, err
}

// readPart reads an HTTP request: its line, headers, and all that follows as body. The
// blank line after headers may be missing where there is no body. Blanks within the
// URL are the URL's.
func (b *batchReader) readPart(text []byte) (part, error) {
	r := b.reader(bytes.TrimLeft(text, "\r\n"))
	line, err := r.ReadLine()
	if err != nil {
		return part{}, malformed("a part holds no request")
	}
	if len(line) > maxPartLine {
		return part{}, dverr.PayloadTooLarge.With("The URL of a request in the batch exceeds the maximum length of 65,536 characters.")
	}
	method, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
	at := strings.LastIndexByte(rest, ' ')
	if at <= 0 || !strings.HasPrefix(rest[at+1:], "HTTP/") {
		return part{}, malformed("'" + line + "' is no request line")
	}
	header, err := r.ReadMIMEHeader()
	if err != nil && err != io.EOF {
		return part{}, malformed("the headers of a part cannot be read").(*dverr.Error).Because(err)
	}
	body := make([]byte, r.R.Buffered()+b.bytes.Len())
	_, err = io.ReadFull(r.R, body)
	p := part{method: method, target: strings.TrimSpace(rest[:at]), header: http.Header(header), body: bodyOf(body, http.Header(header))}
	p.contentID = strings.TrimSpace(p.header.Get("Content-ID"))
	return p, err
}

// reader reads text, of which nothing is held that it gives.
func (b *batchReader) reader(text []byte) *textproto.Reader {
	b.bytes.Reset(text)
	if b.lines == nil {
		b.lines = textproto.NewReader(bufio.NewReader(&b.bytes))
	}
	b.lines.R.Reset(&b.bytes)
	return b.lines
}

// bodyOf is a part's body: JSON without the lines that clients put after it, anything
// else to the byte, as long as Content-Length says where it is given.
func bodyOf(text []byte, h http.Header) []byte {
	kind, _, _ := mime.ParseMediaType(h.Get("Content-Type"))
	if kind == "" || kind == "application/json" {
		return bytes.TrimSpace(text)
	}
	if n, err := strconv.Atoi(h.Get("Content-Length")); err == nil && n >= 0 && n < len(text) {
		return text[:n]
	}
	return text
}
