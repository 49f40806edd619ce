package operator

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// Clock is the clock of a world.
type Clock interface {
	State() ClockState
	Move(context.Context, ClockMove) (ClockState, error)
}

// ClockState is what the world's clock shows.
type ClockState struct {
	Now    time.Time `json:"now"`
	Offset Duration  `json:"offset"` // ahead of this machine's clock
	Frozen bool      `json:"frozen"`
}

// ClockMove is what becomes of the clock: exactly one of Advance, Set and Reset. Freeze
// goes with any but Reset and stops the clock there.
type ClockMove struct {
	Advance Duration   `json:"advance,omitempty"`
	Set     *time.Time `json:"set,omitempty"`
	Reset   bool       `json:"reset,omitempty"`
	Freeze  bool       `json:"freeze,omitempty"`
}

// Faults is what goes wrong on purpose in a world.
type Faults interface {
	List() []Fault
	Inject(context.Context, Order) (Fault, error)
	// Clear ends the fault with the id, every one for the empty id, and tells how many.
	Clear(id string) int
}

// Order asks for a fault. Kind says which fields are its own; the others say to which
// requests it happens.
type Order struct {
	Kind       string   `json:"kind"`
	Limit      string   `json:"limit,omitempty"`      // throttle: requests, time, concurrency
	RetryAfter Duration `json:"retryAfter,omitempty"` // throttle, error
	Delay      Duration `json:"delay,omitempty"`      // slow, delay-visibility
	Status     int      `json:"status,omitempty"`     // error
	Subject    string   `json:"subject,omitempty"`    // expire-secret, withdraw-consent: application
	Tenant     string   `json:"tenant,omitempty"`     // withdraw-consent

	App         string   `json:"app,omitempty"`         // name or client id
	Environment string   `json:"environment,omitempty"` // name; empty: every one
	Authority   bool     `json:"authority,omitempty"`   // at the authority instead
	Path        string   `json:"path,omitempty"`        // beginning
	Method      string   `json:"method,omitempty"`
	Count       int      `json:"count,omitempty"`
	Probability float64  `json:"probability,omitempty"`
	For         Duration `json:"for,omitempty"` // by the world's clock
}

// Fault is a fault in force, or one that was done at once and has no id.
type Fault struct {
	ID       string     `json:"id,omitempty"`
	Order    Order      `json:"order"`
	Until    *time.Time `json:"until,omitempty"`
	Injected int64      `json:"injected"` // requests it happened to
}

// Snapshots are the kept states of a world.
type Snapshots interface {
	List() ([]Snapshot, error)
	Save(ctx context.Context, name string) (Snapshot, error)
	Load(ctx context.Context, name string) (Snapshot, error)
	Delete(name string) error
}

// Snapshot is one of them.
type Snapshot struct {
	Name  string    `json:"name"`
	Saved time.Time `json:"saved"` // by this machine's clock
	World time.Time `json:"world"` // by the world's
	Bytes int64     `json:"bytes"`
}

// Error is a refusal as it travels.
type Error struct {
	Status  int    `json:"-"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

// Error gives the message.
func (e *Error) Error() string { return e.Message }

// Invalid refuses an order that cannot be.
func Invalid(format string, args ...any) *Error {
	return &Error{400, "Invalid", fmt.Sprintf(format, args...)}
}

// NotFound refuses what names something that is not there.
func NotFound(format string, args ...any) *Error {
	return &Error{404, "NotFound", fmt.Sprintf(format, args...)}
}

// Conflict refuses what is there already.
func Conflict(format string, args ...any) *Error {
	return &Error{409, "Conflict", fmt.Sprintf(format, args...)}
}

// Duration travels as text: "1h30m".
type Duration time.Duration

// String is the text.
func (d Duration) String() string { return time.Duration(d).String() }

// MarshalJSON writes the text.
func (d Duration) MarshalJSON() ([]byte, error) { return json.Marshal(d.String()) }

// UnmarshalJSON reads the text.
func (d *Duration) UnmarshalJSON(text []byte) error {
	var s string
	if err := json.Unmarshal(text, &s); err != nil {
		return fmt.Errorf("a duration is a text such as \"90s\": %w", err)
	}
	read, err := time.ParseDuration(s)
	*d = Duration(read)
	return err
}
