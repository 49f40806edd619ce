package dataverse

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
)

// Operation is an action that the server carries out in the background. Wait for it with PollUntilDone, or
// poll.
type Operation[Out any] struct {
	*runtime.Poller[Out]
	ID     ID // of the row in backgroundoperations, zero if the server did not tell
	client *Client
	status string
}

// BeginOptions are for Begin.
type BeginOptions struct {
	// CallbackURL is sent a POST when the operation ends.
	CallbackURL string
}

// Begin has an action carried out in the background, where the server allows that for it.
func Begin[Out any](ctx context.Context, c *Client, m Message, o *BeginOptions) (_ *Operation[Out], err error) {
	ctx, end := c.span(ctx, "Begin "+m.name)
	defer func() { end(err) }()
	r, err := m.request()
	if err != nil {
		return nil, err
	}
	r.prefer = []string{"respond-async"}
	if o != nil && o.CallbackURL != "" {
		r.prefer = append(r.prefer, "odata.callback;url="+strconv.Quote(o.CallbackURL))
	}
	a, err := c.send(ctx, r)
	if err != nil {
		return nil, err
	}
	h := &background[Out]{client: c, status: a.Header.Get("Location")}
	if a.StatusCode != http.StatusAccepted { // the server preferred to do it at once
		h.end, h.body = stateSucceeded, a.body
	} else if h.status == "" {
		return nil, errors.New("dataverse: the server does not say where to ask for the operation")
	}
	poller, err := runtime.NewPoller(a.Response, c.inner.Pipeline(), &runtime.NewPollerOptions[Out]{Handler: h})
	if err != nil {
		return nil, fmt.Errorf("dataverse: %w", err)
	}
	op := &Operation[Out]{Poller: poller, client: c, status: h.status}
	if op.ID, err = ParseID(a.Header.Get("X-Ms-Dyn-Backgroundoperationid")); err != nil {
		op.ID, _ = idIn(h.status)
	}
	return op, nil
}

// Cancel asks the server to give the operation up.
func (o *Operation[Out]) Cancel(ctx context.Context) error {
	if o.status == "" {
		return errors.New("dataverse: the operation has ended")
	}
	_, err := o.client.send(ctx, request{method: http.MethodDelete, path: o.status})
	return err
}

// OperationError says why an operation in the background failed.
type OperationError struct {
	Code    string // as that of an [Error]
	Message string
}

// Error gives code and message.
func (e *OperationError) Error() string {
	return "dataverse: the operation failed: " + e.Code + ": " + e.Message
}

// The statuses of an operation that has ended.
const (
	stateSucceeded = 30
	stateFailed    = 31
	stateCanceled  = 32
)

// background asks for the state of an operation. It is the handler of a runtime.Poller.
type background[Out any] struct {
	client *Client
	status string
	end    int // one of the statuses above, 0 while it runs
	body   []byte
	failed error
}

// Done implements runtime.PollingHandler.
func (b *background[Out]) Done() bool { return b.end != 0 }

// Poll implements runtime.PollingHandler.
func (b *background[Out]) Poll(ctx context.Context) (*http.Response, error) {
	a, err := b.client.send(ctx, request{method: http.MethodGet, path: b.status})
	if err != nil {
		return nil, err
	}
	var state struct { // names are read in any case: the row has them in lower case
		Status  int    `json:"backgroundOperationStatusCode"`
		Code    int64  `json:"backgroundOperationErrorCode"`
		Message string `json:"backgroundOperationErrorMessage"`
	}
	if err := json.Unmarshal(a.body, &state); err != nil {
		return nil, fmt.Errorf("dataverse: state of the operation: %w", err)
	}
	switch state.Status {
	case stateFailed:
		b.failed = &OperationError{Code: fmt.Sprintf("0x%08x", uint32(state.Code)), Message: state.Message}
	case stateCanceled:
		b.failed = fmt.Errorf("dataverse: the operation was canceled: %w", context.Canceled)
	case stateSucceeded:
		b.body = a.body
	default:
		return a.Response, nil
	}
	b.end = state.Status
	return a.Response, nil
}

// Result implements runtime.PollingHandler.
func (b *background[Out]) Result(_ context.Context, out *Out) error {
	if b.failed != nil || len(b.body) == 0 {
		return b.failed
	}
	return (&answer{body: b.body}).into(out)
}
