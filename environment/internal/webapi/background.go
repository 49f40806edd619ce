package webapi

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/job"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
)

// A message whose client prefers not to wait (Prefer: respond-async) is written down as a
// background operation and answered with 202 and the address of its status monitor, which
// stands beside the Web API: /api/backgroundoperation/{id} (Microsoft Learn, "Background
// operations"). The service runs custom APIs this way; here every message may. Requests
// for rows do not take the preference, as none must (RFC 7240).

// monitorPrefix begins the paths of status monitors.
const monitorPrefix = apiPrefix + "backgroundoperation/"

// operationHeader carries the id of the row that tells of an operation.
const operationHeader = "x-ms-dyn-backgroundoperationid"

// callbackTime is what the receiver of a callback may take.
const callbackTime = 10 * time.Second

// behind is a message that is to run after the answer.
type behind struct {
	name, input string
	callback    string // where to tell of the end; empty: nowhere
}

// later marks what a message asks as work for the background, if the client prefers that.
func (q *request) later(a *asked, err error) (*asked, error) {
	if err != nil || !q.prefer.Async || q.api.Background == nil {
		return a, err
	}
	if to := q.prefer.Callback; to != "" {
		if u, err := url.Parse(to); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
			return nil, dverr.QueryInvalid.Text("The callback URL '%s' is not valid.", to)
		}
	}
	a.behind = &behind{name: q.path.Message, input: inputs(a.op), callback: q.prefer.Callback}
	return a, nil
}

// parameter is a line of inputparameters and outputparameters.
type parameter struct {
	Key   string
	Value json.RawMessage
}

// inputs words the arguments of a message that have a plain form: what a row or a list of
// rows held is not kept.
func inputs(o op.Op) string {
	list, arguments := []parameter{}, []op.Member(nil)
	switch o := o.(type) {
	case *op.Message:
		arguments = o.Arguments
	case *op.Invoke:
		arguments = o.Arguments
	}
	for _, a := range arguments {
		switch v := a.Value.(type) {
		case nil, string, bool, int64, float64, []string:
			text, _ := json.Marshal(v) // these cannot fail
			list = append(list, parameter{a.Name, text})
		case meta.ID:
			list = append(list, parameter{a.Name, []byte(`"` + v.String() + `"`)})
		case op.JSON:
			list = append(list, parameter{a.Name, []byte(v)})
		}
	}
	return parameters(list)
}

func parameters(list []parameter) string {
	text, _ := json.Marshal(list) // values are JSON already
	return string(text)
}

// outputs takes the members of an answer that are no annotations. What is no JSON object
// has none.
func outputs(body []byte) string {
	list := []parameter{}
	d := json.NewDecoder(bytes.NewReader(body))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return parameters(list)
	}
	for d.More() {
		name, _ := d.Token()
		p := parameter{Key: name.(string)}
		if d.Decode(&p.Value) != nil {
			break
		}
		if !strings.Contains(p.Key, "@") {
			list = append(list, p)
		}
	}
	return parameters(list)
}

// accept writes a message down, hands it over and says where to ask for it. The visit
// stays open until the message ran: its time is the user's, and it counts among the
// user's concurrent requests.
func (a *API) accept(w *visit, r *http.Request, call engine.Call, asked *asked) error {
	id, err := a.Jobs.Enqueue(r.Context(), call, job.Operation{Name: asked.behind.name, Input: asked.behind.input})
	if err != nil {
		return err
	}
	monitor := a.monitorOf(r, id)
	held := *w // the answer is written meanwhile
	run := func(ctx context.Context) { a.runBehind(ctx, &held, call, asked, id, monitor) }
	if !a.Background.Go(run) {
		busy := dverr.ServiceUnavailable.With("Too many background operations are waiting.")
		_, err := a.Jobs.End(r.Context(), call, job.Operation{ID: id, Failure: busy})
		return first(err, busy)
	}
	w.kept = true
	h := w.Header()
	h.Set("Location", monitor)
	h[operationHeader] = []string{id.String()}
	if asked.behind.callback == "" {
		h.Set("Preference-Applied", "respond-async")
		w.WriteHeader(http.StatusAccepted)
		return nil
	}
	h.Set("Preference-Applied", "callback")
	h.Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusAccepted)
	return writeJSON(w, struct {
		ID       string `json:"backgroundOperationId"`
		Location string `json:"location"`
	}{id.String(), monitor})
}

func first(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

// monitorOf is the address of an operation's status monitor.
func (a *API) monitorOf(r *http.Request, id meta.ID) string {
	root := a.root(r, "")
	return strings.TrimSuffix(root, apiPrefix+"data//") + monitorPrefix + id.String()
}

// runBehind runs a message that was accepted and writes down what came of it. When the
// environment closes meanwhile nothing is written: the next start finds that it was cut
// off.
func (a *API) runBehind(ctx context.Context, v *visit, call engine.Call, asked *asked, id meta.ID, monitor string) {
	v.begun = a.Now()
	defer func() {
		if err := v.settle(context.WithoutCancel(ctx), false, a.Now()); err != nil {
			a.note(id, asked, "counted", err)
		}
	}()
	call.Now = a.Now()
	runs, err := a.Jobs.Begin(ctx, call, id)
	if err != nil || !runs {
		a.note(id, asked, "canceled", err)
		return
	}
	v.did(asked.op)
	o := a.result(ctx, call, asked)
	if ctx.Err() != nil {
		a.note(id, asked, "interrupted", nil)
		return
	}
	call.Now = a.Now()
	o.ID = id
	o, err = a.Jobs.End(ctx, call, o)
	a.note(id, asked, "ended", err)
	if err == nil && asked.behind.callback != "" {
		a.callBack(ctx, asked, o, monitor)
	}
}

// result does what a message asks and keeps its answer, or why there is none.
func (a *API) result(ctx context.Context, call engine.Call, asked *asked) job.Operation {
	ctx, done := context.WithTimeout(ctx, maxTime)
	defer done()
	var body recorder
	err := a.Engine.Do(ctx, call, asked.op, func(r engine.Result) error { return asked.write(&body, r) })
	if err != nil {
		return job.Operation{Failure: refusal(err)}
	}
	text := outputs(body.Bytes())
	if len(text) > maxOutput {
		return job.Operation{Failure: dverr.PayloadTooLarge.Text("The response of the operation exceeds the maximum length of %d bytes.", maxOutput)}
	}
	return job.Operation{Output: text}
}

// maxOutput is what the column outputparameters holds.
const maxOutput = 1 << 20

// note logs what became of an operation, for its request was logged long ago.
func (a *API) note(id meta.ID, asked *asked, what string, err error) {
	if a.Logger == nil {
		return
	}
	attrs := []any{slog.String("id", id.String()), slog.String("message", asked.behind.name), slog.String("outcome", what)}
	if err != nil {
		attrs = append(attrs, slog.String("error", err.Error()))
	}
	a.Logger.Info("background operation", attrs...)
}

// status is how status monitors and callbacks spell an operation.
type status struct {
	Location string  `json:"location,omitempty"`
	ID       string  `json:"backgroundOperationId,omitempty"`
	Code     *int64  `json:"backgroundOperationErrorCode,omitempty"`
	Message  *string `json:"backgroundOperationErrorMessage,omitempty"`
	State    int64   `json:"backgroundOperationStateCode"`
	Status   int64   `json:"backgroundOperationStatusCode"`
}

func statusOf(o job.Operation) status {
	s := status{State: o.State, Status: o.Status}
	if o.Failure != nil {
		code := o.Failure.Entry.Code.Signed()
		s.Code, s.Message = &code, &o.Failure.Message
	}
	return s
}

// callBack tells the receiver that the client named of the end. It tries once: who misses
// it finds the status at the monitor.
func (a *API) callBack(ctx context.Context, asked *asked, o job.Operation, monitor string) {
	s := statusOf(o)
	s.Location, s.ID = monitor, o.ID.String()
	text, _ := json.Marshal(s) // numbers and strings
	ctx, done := context.WithTimeout(ctx, callbackTime)
	defer done()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, asked.behind.callback, bytes.NewReader(text))
	if err == nil {
		r.Header.Set("Content-Type", "application/json")
		var answer *http.Response
		if answer, err = a.CallbackClient.Do(r); err == nil {
			_, _ = io.CopyN(io.Discard, answer.Body, 1<<10) // so that the connection can be used again
			_ = answer.Body.Close()
		}
	}
	if err != nil {
		a.note(o.ID, asked, "not called back", err)
	}
}

// monitorID gives the operation whose status monitor a path names; ok is false for all
// other paths.
func monitorID(path string) (id meta.ID, ok bool, err error) {
	text, ok := strings.CutPrefix(path, monitorPrefix)
	if !ok {
		return id, false, nil
	}
	if id, err = meta.ParseID(text); err != nil {
		err = notFound(path)
	}
	return id, true, err
}

// monitor answers how far an operation is, or calls it off.
func (a *API) monitor(w http.ResponseWriter, r *http.Request, call engine.Call, id meta.ID) error {
	switch r.Method {
	case http.MethodGet:
		o, err := a.Jobs.Operation(r.Context(), call, id)
		if err != nil {
			return err
		}
		return monitored(w, o)
	case http.MethodDelete:
		return a.Engine.Do(r.Context(), call, job.Cancellation(call.Model, id), func(engine.Result) error {
			w.Header().Set("Content-Type", "application/json")
			return writeJSON(w, statusOf(job.Canceling()))
		})
	}
	return &wrongMethod{dverr.MethodNotAllowed.With(r.Method), "GET,DELETE"}
}

// monitored writes the status, and what the message answered beside it.
func monitored(w http.ResponseWriter, o job.Operation) error {
	text, err := json.Marshal(statusOf(o))
	if err != nil {
		return err
	}
	var list []parameter
	if o.Output != "" {
		if err := json.Unmarshal([]byte(o.Output), &list); err != nil {
			return err
		}
	}
	b := bytes.NewBuffer(text)
	b.Truncate(b.Len() - 1)
	for _, p := range list {
		b.WriteByte(',')
		quote(b, p.Key)
		b.WriteByte(':')
		b.Write(p.Value)
	}
	b.WriteByte('}')
	w.Header().Set("Content-Type", "application/json")
	_, err = w.Write(b.Bytes())
	return err
}

func writeJSON(w io.Writer, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = w.Write(text)
	return err
}

// recorder takes an answer whose status and headers nobody asks for.
type recorder struct{ bytes.Buffer }

// Header gives headers that go nowhere.
func (*recorder) Header() http.Header { return http.Header{} }

// WriteHeader does nothing.
func (*recorder) WriteHeader(int) {}
