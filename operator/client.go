package operator

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
)

// Client speaks to the operator's API of one world. All fields are needed.
type Client struct {
	URL  string // of the authority
	Key  Key
	HTTP *http.Client // trusts the world's certificate authority
}

// Clock gives what the world's clock shows.
func (c *Client) Clock(ctx context.Context) (ClockState, error) {
	return do[ClockState](ctx, c, http.MethodGet, "clock", nil)
}

// MoveClock moves the world's clock.
func (c *Client) MoveClock(ctx context.Context, m ClockMove) (ClockState, error) {
	return do[ClockState](ctx, c, http.MethodPost, "clock", m)
}

// Faults lists the faults in force.
func (c *Client) Faults(ctx context.Context) ([]Fault, error) {
	all, err := do[list[Fault]](ctx, c, http.MethodGet, "faults", nil)
	return all.Value, err
}

// Inject makes something go wrong.
func (c *Client) Inject(ctx context.Context, o Order) (Fault, error) {
	return do[Fault](ctx, c, http.MethodPost, "faults", o)
}

// Clear ends the fault with the id, every one for the empty id, and tells how many.
func (c *Client) Clear(ctx context.Context, id string) (int, error) {
	path := "faults"
	if id != "" {
		path += "/" + url.PathEscape(id)
	}
	n, err := do[cleared](ctx, c, http.MethodDelete, path, nil)
	return n.Cleared, err
}

// Snapshots lists the snapshots, oldest first.
func (c *Client) Snapshots(ctx context.Context) ([]Snapshot, error) {
	all, err := do[list[Snapshot]](ctx, c, http.MethodGet, "snapshots", nil)
	return all.Value, err
}

// Save keeps the world as it is now under a name.
func (c *Client) Save(ctx context.Context, name string) (Snapshot, error) {
	return do[Snapshot](ctx, c, http.MethodPut, "snapshots/"+url.PathEscape(name), nil)
}

// Load makes the world what it was.
func (c *Client) Load(ctx context.Context, name string) (Snapshot, error) {
	return do[Snapshot](ctx, c, http.MethodPost, "snapshots/"+url.PathEscape(name)+"/loads", nil)
}

// Delete forgets a snapshot.
func (c *Client) Delete(ctx context.Context, name string) error {
	_, err := do[struct{}](ctx, c, http.MethodDelete, "snapshots/"+url.PathEscape(name), nil)
	return err
}

// do sends an order and reads the answer; a refusal is an *Error.
func do[T any](ctx context.Context, c *Client, method, path string, order any) (answer T, err error) {
	var body bytes.Buffer
	if order != nil {
		if err := json.NewEncoder(&body).Encode(order); err != nil {
			return answer, err
		}
	}
	r, err := http.NewRequestWithContext(ctx, method, c.URL+Path+path, &body)
	if err != nil {
		return answer, err
	}
	r.Header.Set("Authorization", "Bearer "+c.Key.Text())
	got, err := c.HTTP.Do(r)
	if err != nil {
		return answer, err
	}
	defer got.Body.Close()
	if got.StatusCode != http.StatusOK {
		return answer, refusal(got)
	}
	err = json.NewDecoder(got.Body).Decode(&answer)
	return answer, err
}

func refusal(got *http.Response) error {
	var said struct {
		Error Error `json:"error"`
	}
	if err := json.NewDecoder(got.Body).Decode(&said); err != nil || said.Error.Code == "" {
		return fmt.Errorf("the world answered %s", got.Status)
	}
	said.Error.Status = got.StatusCode
	return &said.Error
}
