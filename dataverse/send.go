package dataverse

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/streaming"
)

// request is one request before it is sent.
type request struct {
	method string
	path   string // below the root of the Web API, escaped; or an address of the server's own making
	header map[string]string
	more   http.Header // of the caller, in place of all others of their names
	prefer []string

	body        []byte
	contentType string // of the body; JSON if empty

	repeatable bool  // sending it twice does no harm, though its method would
	unsafe     bool  // it does harm, though its method would not
	room       *room // where the body is to be read, if not into memory of its own
	stream     bool  // the caller reads the body itself, as it comes
	parts      bool  // the body tells what became of it whatever the status: that of a batch
}

// answer is what came back, all of the body read unless the request streams.
type answer struct {
	*http.Response
	body      []byte
	ambiguous bool // an earlier try may have been carried out
}

// send sends a request and gives the answer if it is a success, else an *[Error].
func (c *Client) send(ctx context.Context, r request) (*answer, error) {
	if r.method == http.MethodGet && len(r.path) > maxAddress {
		return c.sendInBatch(ctx, r)
	}
	tries := &attempts{repeatable: r.repeats()}
	q, err := c.prepare(withAttempts(ctx, tries), r)
	if err != nil {
		return nil, err
	}
	response, err := c.inner.Pipeline().Do(q)
	if err != nil {
		return nil, explain(r, err)
	}
	a := &answer{Response: response, ambiguous: tries.ambiguous.Load()}
	if response.StatusCode >= 300 && !(r.parts && isMultipart(response.Header)) {
		return a, newError(response)
	}
	if r.stream {
		return a, nil
	}
	if r.room != nil && !c.logsBodies {
		a.body = r.room.bytes
		return a, nil
	}
	a.body, err = runtime.Payload(response)
	return a, err
}

// repeats reports whether the request may be sent again when nobody knows whether it was carried out.
func (r request) repeats() bool {
	switch r.method {
	case http.MethodGet, http.MethodHead, http.MethodPut, http.MethodPatch, http.MethodDelete:
		return !r.unsafe
	}
	return r.repeatable
}

func (c *Client) prepare(ctx context.Context, r request) (*policy.Request, error) {
	address, err := c.address(r.path)
	if err != nil {
		return nil, err
	}
	q, err := runtime.NewRequest(ctx, r.method, address)
	if err != nil {
		return nil, fmt.Errorf("dataverse: %w", err)
	}
	h := q.Raw().Header
	h.Set("Accept", "application/json")
	h.Set("OData-Version", "4.0")
	h.Set("OData-MaxVersion", "4.0")
	if len(r.prefer) > 0 {
		h.Set("Prefer", strings.Join(r.prefer, ","))
	}
	if err := c.behavior.apply(q.Raw()); err != nil {
		return nil, err
	}
	if c.as != nil {
		name, id, err := c.as.caller(ctx, c)
		if err != nil {
			return nil, err
		}
		h.Set(name, id.String())
	}
	for name, value := range r.header {
		h.Set(name, value)
	}
	for name, values := range r.more {
		h[http.CanonicalHeaderKey(name)] = slices.Clone(values)
	}
	if r.stream {
		runtime.SkipBodyDownload(q)
	}
	if r.room != nil {
		c.inRoom(q, r.room)
	}
	if r.body == nil {
		return q, nil
	}
	kind := first(r.contentType, "application/json")
	return q, q.SetBody(streaming.NopCloser(bytes.NewReader(r.body)), kind)
}

// address makes a path absolute. An address that is so already, such as the link of a next page, is
// taken as it is, but only to this environment: the token goes nowhere else.
func (c *Client) address(path string) (string, error) {
	if !strings.Contains(strings.SplitN(path, "?", 2)[0], "://") {
		if strings.HasPrefix(path, "/") {
			return c.origin.String() + path, nil
		}
		return c.origin.String() + root + path, nil
	}
	u, err := url.Parse(path)
	if err != nil {
		return "", fmt.Errorf("dataverse: an address of the server's: %w", err)
	}
	if u.Scheme != c.origin.Scheme || !strings.EqualFold(u.Host, c.origin.Host) {
		return "", fmt.Errorf("dataverse: %s://%s is not this environment, %s", u.Scheme, u.Host, c.origin)
	}
	return path, nil
}

// DoOptions are for [Client.Do].
type DoOptions struct {
	// Header is sent with the request, in place of what the client would send under the same names.
	// Authorization is the client's own business, and refused here.
	Header http.Header
	// Repeatable says that a POST does no more when it is carried out twice, so that it may be sent again
	// when its answer was lost.
	Repeatable bool
}

// Do sends a request for which there is no method here, with the same token, retries and errors: path is
// below /api/data/v9.2/, escaped, or begins with a slash. In is the body: nil for none, []byte and
// json.RawMessage as they are, anything else as its JSON. The answer's JSON is read into out, unless
// nil; into *[]byte as it is. The answer's headers are what policy.WithCaptureResponse of the Azure SDK
// gives.
func (c *Client) Do(ctx context.Context, method, path string, in, out any, o *DoOptions) (err error) {
	ctx, end := c.span(ctx, "Do")
	defer func() { end(err) }()
	if o == nil {
		o = &DoOptions{}
	}
	for name := range o.Header {
		if http.CanonicalHeaderKey(name) == "Authorization" {
			return errors.New("dataverse: the credential of the client makes the Authorization header")
		}
	}
	body, err := bodyOf(in)
	if err != nil {
		return err
	}
	a, err := c.send(ctx, request{method: method, path: path, body: body, more: o.Header, contentType: o.Header.Get("Content-Type"), repeatable: o.Repeatable})
	if err != nil {
		return err
	}
	return a.into(out)
}

func bodyOf(in any) ([]byte, error) {
	switch in := in.(type) {
	case nil:
		return nil, nil
	case []byte:
		return in, nil
	case json.RawMessage:
		return in, nil
	}
	body, err := json.Marshal(in)
	if err != nil {
		return nil, fmt.Errorf("dataverse: the body: %w", err)
	}
	return body, nil
}

// into reads the body. There is none behind a 204, which leaves out as it is.
func (a *answer) into(out any) error {
	if out == nil {
		return nil
	}
	if raw, is := out.(*[]byte); is {
		*raw = a.body
		return nil
	}
	if len(a.body) == 0 {
		return nil
	}
	if err := json.Unmarshal(a.body, out); err != nil {
		return fmt.Errorf("dataverse: read the answer: %w", err)
	}
	return nil
}

// row reads a body that is one row.
func (a *answer) row(c *codec, v reflect.Value) error {
	s := scanner{data: a.body}
	if err := c.decode(&s, v); err != nil {
		return fmt.Errorf("dataverse: read the row: %w", err)
	}
	return s.end()
}

// madeID reads which row was made or changed from the answer's headers.
func (a *answer) madeID() (ID, error) {
	return idIn(first(a.Header.Get("OData-EntityId"), a.Header.Get("Location")))
}

// idIn gives the id at the end of a row's address.
func idIn(address string) (ID, error) {
	open := strings.LastIndexByte(address, '(')
	if open < 0 || !strings.HasSuffix(address, ")") {
		return ID{}, fmt.Errorf("dataverse: the server named no row, but %q", address)
	}
	return ParseID(address[open+1 : len(address)-1])
}

// explain says in which request something went wrong below HTTP.
func explain(r request, err error) error {
	var auth *AuthenticationError
	if errors.As(err, &auth) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	path, _, _ := strings.Cut(r.path, "?")
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("dataverse: %s %s: the answer was cut off: %w", r.method, path, err)
	}
	return fmt.Errorf("dataverse: %s %s: %w", r.method, path, err)
}

// span opens a span of tracing.
func (c *Client) span(ctx context.Context, name string) (context.Context, func(error)) {
	return runtime.StartSpan(ctx, "dataverse.Client."+name, c.inner.Tracer(), nil)
}
