package dataverse

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"slices"
	"strings"
)

// round sends units as one batch and settles those that the answer tells of.
func (b *Batch) round(ctx context.Context, units []*unit, goOn bool) error {
	outer := b.client.With(Behavior{CorrelationID: b.client.behavior.CorrelationID})
	apart := false // parts say themselves for whom they act
	for _, u := range units {
		for _, p := range u.parts {
			apart = apart || p.client.as != b.client.as
		}
	}
	if apart {
		outer = outer.As(nil)
	}
	w := batchWriter{boundary: "batch_" + b.client.newID().String(), apart: apart, newID: b.client.newID}
	for _, u := range units {
		if err := w.unit(ctx, u); err != nil {
			return err
		}
	}
	r := request{
		method: http.MethodPost, path: "$batch", body: w.end(), stream: true, parts: true, repeatable: repeatable(units),
		contentType: `multipart/mixed; boundary="` + w.boundary + `"`,
	}
	if goOn {
		r.prefer = []string{"odata.continue-on-error"}
	}
	a, err := outer.send(ctx, r)
	if err != nil {
		return err
	}
	defer a.Body.Close()
	for _, u := range units {
		u.maybe = u.maybe || a.ambiguous
	}
	return readBatch(a, units, goOn)
}

// batchWriter writes the body of a batch.
type batchWriter struct {
	b        []byte
	boundary string
	apart    bool
	newID    func() ID
}

func (w *batchWriter) unit(ctx context.Context, u *unit) error {
	if !u.changeSet {
		return w.part(ctx, w.boundary, u.parts[0])
	}
	if len(u.parts) == 0 { // the service takes no empty set
		return nil
	}
	inner := "changeset_" + w.newID().String()
	w.line("--", w.boundary)
	w.line(`Content-Type: multipart/mixed; boundary="`, inner, `"`)
	w.line()
	for _, p := range u.parts {
		if err := w.part(ctx, inner, p); err != nil {
			return err
		}
	}
	w.line("--", inner, "--")
	return nil
}

// part writes a request as it would be sent by itself: with the behavior of its client, which the headers
// of the batch do not hand on.
func (w *batchWriter) part(ctx context.Context, boundary string, p *part) error {
	c := p.client
	if !w.apart {
		c = c.As(nil)
	}
	q, err := c.prepare(ctx, p.request)
	if err != nil {
		return err
	}
	w.line("--", boundary)
	w.line("Content-Type: application/http")
	w.line("Content-Transfer-Encoding: binary")
	if p.contentID != "" {
		w.line("Content-ID: ", p.contentID)
	}
	w.line()
	w.line(p.request.method, " ", q.Raw().URL.RequestURI(), " HTTP/1.1")
	header := q.Raw().Header
	names := make([]string, 0, len(header))
	for name := range header {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		value := strings.Join(header[name], ",")
		if strings.ContainsAny(value, "\r\n") {
			return fmt.Errorf("dataverse: header %s: a line break", name)
		}
		w.line(name, ": ", value)
	}
	w.line()
	w.b = append(w.b, p.request.body...)
	w.line()
	return nil
}

func (w *batchWriter) line(texts ...string) {
	for _, t := range texts {
		w.b = append(w.b, t...)
	}
	w.b = append(w.b, "\r\n"...)
}

func (w *batchWriter) end() []byte {
	w.line("--", w.boundary, "--")
	return w.b
}

// cutError says that the answer to a batch ended before it was complete.
type cutError struct{ err error }

// Error implements error.
func (e *cutError) Error() string {
	return "dataverse: the answer to the batch was cut off: " + e.err.Error()
}

// Unwrap gives what went wrong.
func (e *cutError) Unwrap() error { return e.err }

// isMultipart reports whether a body has parts.
func isMultipart(h http.Header) bool {
	kind, _, _ := mime.ParseMediaType(h.Get("Content-Type"))
	return kind == "multipart/mixed"
}

func boundaryOf(contentType string) (string, error) {
	kind, parameters, err := mime.ParseMediaType(contentType)
	if err == nil && (kind != "multipart/mixed" || parameters["boundary"] == "") {
		err = fmt.Errorf("it is of type %q", contentType)
	}
	if err != nil {
		return "", fmt.Errorf("dataverse: read the answer to the batch: %w", err)
	}
	return parameters["boundary"], nil
}

// readBatch reads the answers as they come, one for each unit, and settles the units in order. Where the
// server stopped at one that failed, those behind it stay without an answer.
func readBatch(a *answer, units []*unit, goOn bool) error {
	boundary, err := boundaryOf(a.Header.Get("Content-Type"))
	if err != nil {
		return err
	}
	r := multipart.NewReader(a.Body, boundary)
	for _, u := range units {
		if len(u.parts) == 0 {
			u.answered = true
			continue
		}
		err := u.read(r, a)
		if err == nil && u.refused && !goOn {
			return nil
		}
		if err == io.EOF {
			return errors.New("dataverse: the server answered fewer requests than the batch has")
		}
		if err != nil {
			for _, u := range units {
				u.maybe = true
			}
			return &cutError{err}
		}
	}
	return nil
}

// read takes the unit's part of the answer.
func (u *unit) read(r *multipart.Reader, outer *answer) error {
	p, err := r.NextRawPart()
	if err != nil {
		return err
	}
	boundary, err := boundaryOf(p.Header.Get("Content-Type"))
	if err != nil || !u.changeSet { // one answer: of a request, or the error that a change set ended with
		text, err := io.ReadAll(p)
		if err != nil {
			return err
		}
		return u.one(text, outer)
	}
	texts := make([][]byte, len(u.parts))
	inner := multipart.NewReader(p, boundary)
	for i := range u.parts {
		p, err := inner.NextRawPart()
		if err == nil {
			texts[u.place(p.Header, i)], err = io.ReadAll(p)
		}
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return err
		}
	}
	return u.all(texts, outer)
}

// place finds the part that an answer is for: by its content id, else by its position.
func (u *unit) place(h textproto.MIMEHeader, i int) int {
	id := strings.TrimSpace(h.Get("Content-Id"))
	if at := slices.IndexFunc(u.parts, func(p *part) bool { return p.contentID == id }); at >= 0 {
		return at
	}
	return i
}

// one settles the unit by a single answer.
func (u *unit) one(text []byte, outer *answer) error {
	a, err := partAnswer(u.parts[0], text, outer)
	if err != nil {
		return err
	}
	u.answered, u.refused = true, a.StatusCode >= 300
	if !u.refused && !u.changeSet {
		u.parts[0].settle(a, nil)
		u.err = nil
		return nil
	}
	u.err = newError(a.Response)
	if (u.maybe || u.parts[0].always) && u.forgives(u.err) {
		u.err = nil
	}
	for _, p := range u.parts {
		p.settle(&answer{Response: &http.Response{StatusCode: http.StatusNoContent, Header: http.Header{}}}, u.err)
	}
	return nil
}

// forgives reports whether an error tells that an earlier attempt did all that was asked. In a change
// set that needs a row with an id that nobody else can have made.
func (u *unit) forgives(err error) bool {
	if !u.changeSet {
		p := u.parts[0]
		return p.forgives != nil && p.forgives(err)
	}
	fresh := slices.ContainsFunc(u.parts, func(p *part) bool { return p.fresh })
	return fresh && u.repeats() && isCode(err, codeDuplicate)
}

// all settles a change set that was carried out.
func (u *unit) all(texts [][]byte, outer *answer) error {
	answers := make([]*answer, len(texts))
	for i, text := range texts {
		var err error
		if answers[i], err = partAnswer(u.parts[i], text, outer); err != nil {
			return err
		}
	}
	u.answered = true
	for i, a := range answers {
		if a.StatusCode < 300 {
			u.parts[i].settle(a, nil)
			continue
		}
		err := newError(a.Response)
		u.parts[i].settle(nil, err)
		u.err = errors.Join(u.err, err)
	}
	return nil
}

// partAnswer reads an answer within a part. What it does not say of the request, the batch's own says.
func partAnswer(p *part, text []byte, outer *answer) (*answer, error) {
	path, _, _ := strings.Cut(p.request.path, "?")
	asked := &http.Request{Method: p.request.method, URL: p.client.origin.JoinPath(root, path), Header: http.Header{}}
	response, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(bytes.TrimLeft(text, "\r\n"))), asked)
	if err != nil {
		return nil, fmt.Errorf("read an answer of the batch: %w", err)
	}
	for _, name := range []string{"X-Ms-Service-Request-Id", "X-Ms-Correlation-Id", "X-Ms-Client-Request-Id"} {
		if response.Header.Get(name) == "" && outer.Header.Get(name) != "" {
			response.Header.Set(name, outer.Header.Get(name))
		}
	}
	a := &answer{Response: response}
	if a.body, err = io.ReadAll(response.Body); err != nil {
		return nil, fmt.Errorf("read an answer of the batch: %w", err)
	}
	response.Body = io.NopCloser(bytes.NewReader(a.body))
	return a, nil
}
