package webapi

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/odata"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/internal/web"
)

// batch is a $batch on its way (Dataverse facts 5.15). Each part goes through the
// decode, do and encode of a single request; batch adds framing, and the one
// transaction of a change set.
type batch struct {
	api      *API
	event    *web.Event
	outer    *http.Request
	caller   access.Caller
	visit    *visit
	version  string
	boundary string
	goOn     bool // continue-on-error
	out      spool
	status   int        // of the whole
	part     partWriter // of the part that is answered, and of the next again
}

// batchVersion gives the API version of a batch request; ok is false for all others.
func batchVersion(r *http.Request) (version string, ok bool) {
	version, resource, err := cut(escapedPath(r.URL))
	return version, err == nil && resource == "$batch" && r.Method == http.MethodPost
}

// batch answers a batch: units one after the other, until the first that fails or, with
// continue-on-error, to the end. What was done before a failure stays done.
func (a *API) batch(w *visit, r *http.Request, event *web.Event, version string, call engine.Call) error {
	prefer, err := odata.ParsePrefer(r.Header["Prefer"])
	if err != nil {
		return err
	}
	units, err := readBatch(r.Body, r.Header.Get("Content-Type"))
	if err != nil {
		return err
	}
	b := &batch{
		api: a, event: event, outer: r, caller: call.Caller, visit: w, version: version, goOn: prefer.ContinueOnError,
		boundary: "batchresponse_" + a.Engine.NewID().String(), out: spool{keep: spoolMemory}, status: http.StatusOK,
	}
	defer b.out.discard()
	b.out.expect(len(units))
	for _, u := range units {
		if err := b.unit(u); err != nil {
			return err
		}
		if b.status != http.StatusOK {
			break
		}
	}
	return b.send(w)
}

func (b *batch) send(w http.ResponseWriter) error {
	if _, err := io.WriteString(&b.out, "--"+b.boundary+"--\r\n"); err != nil {
		return err
	}
	h := w.Header()
	h["Content-Type"] = []string{"multipart/mixed; boundary=" + b.boundary}
	h["OData-Version"] = []string{"4.0"}
	w.WriteHeader(b.status)
	return b.out.copyTo(w)
}

func (b *batch) unit(u unit) error {
	if u.changeSet {
		return b.changeSet(u.parts)
	}
	return b.single(u.parts[0])
}

// single does one request by itself. An error that comes when the part's answer has
// begun is the batch's.
func (b *batch) single(p part) error {
	w := b.writer(b.boundary, p)
	s, err := b.decode(p, nil)
	if err == nil {
		b.visit.did(s.asked.op)
		err = b.api.answer(w, s.request, b.event, s.call, s.asked)
	}
	switch {
	case err != nil && w.status != 0:
		return err
	case err != nil:
		return b.refuse(w, s.request, err)
	}
	return w.end()
}

// changeSet does requests in one transaction. Ids of new rows are chosen beforehand, so
// that later requests of the set can refer to them by content ID.
func (b *batch) changeSet(parts []part) error {
	steps := make([]*step, len(parts))
	set := rowsOfSet{content: map[string]op.Key{}, made: map[meta.ID]bool{}}
	for i, p := range parts {
		s, err := b.decodeChange(p, set)
		if err != nil {
			return b.refuse(b.writer(b.boundary, part{}), s.request, err)
		}
		steps[i] = s
	}
	results, err := b.do(steps)
	if err != nil {
		var failed *engine.StepError
		r := b.outer
		if errors.As(err, &failed) {
			r = steps[failed.Step].request
		}
		return b.refuse(b.writer(b.boundary, part{}), r, err)
	}
	return b.changed(parts, steps, results)
}

func (b *batch) do(steps []*step) ([]engine.Result, error) {
	defer b.event.Time("engine").Over()
	all := make([]engine.Step, len(steps))
	for i, s := range steps {
		b.visit.did(s.asked.op)
		all[i] = engine.Step{Call: s.call, Op: s.asked.op}
	}
	return b.api.Engine.DoSteps(b.outer.Context(), all)
}

// changed answers a change set that was done.
func (b *batch) changed(parts []part, steps []*step, results []engine.Result) error {
	inner := "changesetresponse_" + b.api.Engine.NewID().String()
	if _, err := io.WriteString(&b.out, "--"+b.boundary+"\r\nContent-Type: multipart/mixed; boundary="+inner+"\r\n\r\n"); err != nil {
		return err
	}
	for i, s := range steps {
		w := b.writer(inner, parts[i])
		if err := s.asked.write(w, results[i]); err != nil {
			return err
		}
		if err := w.end(); err != nil {
			return err
		}
	}
	_, err := io.WriteString(&b.out, "--"+inner+"--\r\n")
	return err
}

// refuse writes the error of a part. It becomes the status of the batch, unless the
// client wants to go on.
func (b *batch) refuse(w *partWriter, r *http.Request, err error) error {
	if ctx := b.outer.Context(); ctx.Err() != nil {
		return errors.Join(ctx.Err(), err)
	}
	b.visit.refuse(err)
	b.api.render(w, r, err)
	if w.status >= http.StatusInternalServerError {
		b.event.Add(slog.String("part", r.Method+" "+r.URL.Path), slog.String("part_error", err.Error()))
	}
	if !b.goOn {
		b.status = w.status
	}
	return w.end()
}

// writer is that of one part at a time.
func (b *batch) writer(boundary string, p part) *partWriter {
	header, head := b.part.header, b.part.head
	clear(header)
	if header == nil {
		header = http.Header{}
	}
	b.part = partWriter{to: &b.out, boundary: boundary, contentID: p.contentID, requestID: b.event.ID(), header: header, head: head}
	return &b.part
}

// step is a part in the environment's terms. request is never nil.
type step struct {
	request *http.Request
	call    engine.Call
	asked   *asked
}

// decode reads a part as a request of its own. It runs for the batch's caller, unless
// the part names somebody to act for.
func (b *batch) decode(p part, content map[string]op.Key) (*step, error) {
	s := &step{request: b.outer}
	r, err := b.request(p)
	if err != nil {
		return s, err
	}
	s.request = r
	s.call = engine.Call{Caller: b.caller, Model: b.api.Models.Current(), Now: b.api.Now(), Solution: r.Header.Get(headerSolution)}
	if s.call.Caller, err = b.callerOf(r); err != nil {
		return s, err
	}
	s.asked, err = b.api.decode(b.event, r, s.call, content)
	return s, err
}

func (b *batch) callerOf(r *http.Request) (access.Caller, error) {
	for_, err := onBehalfOf(r.Header)
	if err != nil || for_ == (access.OnBehalf{}) {
		return b.caller, err
	}
	return b.api.caller(r.Context(), b.event, b.caller.Authenticated, for_)
}

// rowsOfSet are the rows that the parts of a change set stand for, by content ID, and the ids of
// those that the set makes.
type rowsOfSet struct {
	content map[string]op.Key
	made    map[meta.ID]bool
}

// decodeChange reads a part of a change set and notes the row that its content ID
// stands for.
func (b *batch) decodeChange(p part, set rowsOfSet) (*step, error) {
	if p.method == http.MethodGet || p.method == http.MethodHead || p.method == http.MethodOptions {
		return &step{request: b.outer}, dverr.QueryInvalid.Text("An invalid HTTP method '%s' was detected for a request in a change set. Requests in change sets only support the HTTP methods 'POST', 'PUT', 'DELETE', and 'PATCH'.", p.method)
	}
	s, err := b.decode(p, set.content)
	switch {
	case err != nil:
		return s, err
	case s.asked.moves:
		return s, dverr.QueryInvalid.Text("The content of a file or image column cannot be part of a change set.")
	case s.asked.op == nil: // definitions and jobs have a transaction of their own
		return s, dverr.NotImplemented.Text("The resource '%s' in a change set is not yet implemented.", p.target)
	}
	var key op.Key
	switch o := s.asked.op.(type) {
	case *op.Invoke: // answered before the set makes anything (engine.DoSteps)
		if o.Bound != nil && set.made[o.Bound.ID] {
			return s, dverr.NotImplemented.Text("A custom API of a row that the same change set makes is not yet implemented.")
		}
	case *op.Create:
		o.ID = chosenID(o, b.api.Engine.NewID)
		key = op.Key{Table: o.Table, ID: o.ID}
		set.made[o.ID] = true
	case *op.Update:
		key = o.Key
	}
	if p.contentID != "" && key.Table != nil {
		set.content[p.contentID] = key
	}
	return s, nil
}

// chosenID is the id that a row will have: the client's choice, else a new one.
func chosenID(o *op.Create, newID func() meta.ID) meta.ID {
	for _, v := range o.Values {
		if v.Column == o.Table.PrimaryID && v.Column.ForCreate && !v.Value.IsNull() {
			return v.Value.GUID()
		}
	}
	return newID()
}

// request makes a part a request like any other. Its URL is a whole one on the host of
// the batch, an absolute path, or relative to the service root.
func (b *batch) request(p part) (*http.Request, error) {
	target := p.target
	if scheme := strings.Index(target, "://"); scheme > 0 && !strings.ContainsAny(target[:scheme], "/?($") {
		host, path, _ := strings.Cut(target[scheme+3:], "/")
		if !strings.EqualFold(host, b.outer.Host) && !strings.EqualFold(host, b.api.host) {
			return nil, dverr.QueryInvalid.Text("The URI '%s' is not valid because it is not based on '%s'.", target, b.api.root(b.outer, b.version))
		}
		target = "/" + path
	}
	if !strings.HasPrefix(target, "/") {
		target = apiPrefix + "data/" + b.version + "/" + target
	}
	u, err := url.Parse(b.api.scheme + "://" + b.api.host + target)
	if err != nil {
		return nil, dverr.BadKeySyntax.With().Because(err)
	}
	u.Fragment, u.RawFragment = "", ""
	r := new(http.Request).WithContext(b.outer.Context())
	r.Method, r.URL, r.Host, r.Header, r.RequestURI = p.method, u, b.outer.Host, p.header, target
	r.Proto, r.ProtoMajor, r.ProtoMinor = "HTTP/1.1", 1, 1
	r.Body, r.ContentLength = http.NoBody, int64(len(p.body))
	if len(p.body) > 0 {
		r.Body = io.NopCloser(bytes.NewReader(p.body))
	}
	return r, nil
}
