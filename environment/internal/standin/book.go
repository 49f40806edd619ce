package standin

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
)

// Call is a call of a custom API as a handler sees it.
type Call struct {
	Name  string // the custom API's unique name
	Table string // logical name of the table it is bound to; "" for none
	ID    string // of the row it is called on; "" for none
	// Parameters are those that were given: bool, int64 (Integer, Picklist), float64
	// (Decimal, Float, Money), string (String, Guid, DateTime in RFC 3339), []any
	// (StringArray, EntityCollection) and map[string]any, as JSON has them (Entity,
	// EntityReference: @odata.type and the primary id).
	Parameters map[string]any
	// UserID is the systemuserid for whom the call runs; InitiatingUserID that of who
	// sent it, another one under impersonation.
	UserID, InitiatingUserID string
	Now                      time.Time
}

// Handler answers a custom API: its response properties by name, as values that
// encoding/json takes. Nothing is 204. An error is the client's as one of
// InvalidPluginExecutionException is in the service; a *Failure chooses code and status.
type Handler func(context.Context, Call) (map[string]any, error)

// Failure is what a plug-in throws. Code 0 is 0x80040265, Status 0 is 400.
type Failure struct {
	Code    uint32
	Status  int
	Message string
}

// Error gives the message, which the client reads.
func (f *Failure) Error() string { return f.Message }

// refusal words a failure of a handler.
func refusal(err error) error {
	var f *Failure
	if !errors.As(err, &f) {
		f = &Failure{Message: err.Error()}
	}
	entry := dverr.IsvAborted
	entry.Code = cmp.Or(dverr.Code(f.Code), entry.Code)
	entry.Status = cmp.Or(f.Status, entry.Status)
	return entry.Text("%s", f.Message).Helping("this is what the environment was told to answer")
}

// Book is what custom APIs answer. It is safe for concurrent use.
type Book struct {
	path string

	mu       sync.Mutex
	handlers map[string]Handler
	rules    map[string]ruled
}

// ruled are the rules of a custom API, and their text as it was given.
type ruled struct {
	text  json.RawMessage
	rules []rule
}

// Open reads the book that is kept in a file; it is made when rules are set. With path ""
// the book is kept in memory.
func Open(path string) (*Book, error) {
	b := &Book{path: path, handlers: map[string]Handler{}, rules: map[string]ruled{}}
	if path == "" {
		return b, nil
	}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return b, nil
	}
	var all map[string]json.RawMessage
	if err == nil {
		err = json.Unmarshal(text, &all)
	}
	for name, text := range all {
		if err == nil {
			err = b.keep(name, text)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("what custom APIs answer: %w", err)
	}
	return b, nil
}

// Handle gives a custom API a handler, which goes before its rules; nil takes it away. It
// lasts as long as the process.
func (b *Book) Handle(name string, h Handler) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if h == nil {
		delete(b.handlers, name)
		return
	}
	b.handlers[name] = h
}

// Set gives a custom API rules: one, or a list of which the first that fits answers. They
// outlast the process where the book has a file. An error says what is wrong with them.
func (b *Book) Set(name string, text []byte) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	before, was := b.rules[name]
	if err := b.keep(name, text); err != nil {
		return err
	}
	err := b.write()
	if err != nil {
		delete(b.rules, name)
		if was {
			b.rules[name] = before
		}
	}
	return err
}

func (b *Book) keep(name string, text []byte) error {
	rules, err := readRules(text)
	if err != nil {
		return dverr.InvalidArgument.Text("The answer of %s cannot be read: %v.", name, err)
	}
	b.rules[name] = ruled{bytes.Clone(text), rules}
	return nil
}

// Forget takes the rules of a custom API away.
func (b *Book) Forget(name string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.rules, name)
	return b.write()
}

// write keeps the rules; a crash leaves the file as it was.
func (b *Book) write() error {
	if b.path == "" {
		return nil
	}
	all := make(map[string]json.RawMessage, len(b.rules))
	for name, r := range b.rules {
		all[name] = r.text
	}
	text, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	file, err := os.CreateTemp(filepath.Dir(b.path), "customapis-*")
	if err != nil {
		return err
	}
	_, err = file.Write(append(text, '\n'))
	if err = errors.Join(err, file.Close()); err == nil {
		err = os.Rename(file.Name(), b.path)
	}
	if err != nil {
		err = errors.Join(err, os.Remove(file.Name()))
	}
	return err
}

// Said is what answers a custom API: a handler, or rules; neither when nobody said.
type Said struct {
	Handler bool
	Rules   json.RawMessage // nil: none
}

// Said tells what answers the custom APIs for which anything was said, by name, whether
// they are declared or not.
func (b *Book) Said() map[string]Said {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := map[string]Said{}
	for name, r := range b.rules {
		all[name] = Said{Rules: r.text}
	}
	for name := range maps.Keys(b.handlers) {
		all[name] = Said{Handler: true, Rules: all[name].Rules}
	}
	return all
}

// Run answers a call: it is the engine's MainOperation.
func (b *Book) Run(ctx context.Context, in engine.Invocation) (op.Answer, error) {
	b.mu.Lock()
	handler, rules := b.handlers[in.API.Name], b.rules[in.API.Name].rules
	b.mu.Unlock()
	given, err := argumentsOf(in)
	if err != nil {
		return op.Answer{}, err
	}
	if handler != nil {
		return handled(ctx, in, given, handler)
	}
	for _, r := range rules {
		if r.fits(given) {
			return r.answer(in.API, given)
		}
	}
	a, err := shape(in.API, defaults(in.API))
	a.Note = "nothing was said of what " + in.API.Name + " answers: these are default values; say it with PUT /_stead/customapis?name=" + in.API.Name
	return a, err
}

// handled runs a handler. One that panics fails as a plug-in does that throws something
// unforeseen.
func handled(ctx context.Context, in engine.Invocation, given arguments, h Handler) (a op.Answer, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = dverr.IsvUnexpected.With().Because(fmt.Errorf("the handler of %s panicked: %v", in.API.Name, p))
		}
	}()
	values, err := h(ctx, callOf(in, given))
	if err != nil {
		return a, refusal(err)
	}
	if len(values) == 0 {
		return a, nil
	}
	text, err := json.Marshal(values)
	if err != nil {
		return a, misfit(in.API, "its handler: %v", err)
	}
	members, err := readObject(text)
	if err != nil {
		return a, misfit(in.API, "its handler: %v", err)
	}
	return shape(in.API, members)
}

func callOf(in engine.Invocation, given arguments) Call {
	c := Call{
		Name: in.API.Name, Parameters: make(map[string]any, len(in.Arguments)), Now: in.Now,
		UserID: in.Caller.Effective.ID.String(), InitiatingUserID: in.Caller.Authenticated.ID.String(),
	}
	if in.API.Bound != nil {
		c.Table = in.API.Bound.LogicalName
	}
	if in.Bound != nil {
		c.ID = in.Bound.ID.String()
	}
	for _, a := range in.Arguments {
		c.Parameters[a.Name] = plain(given.value(a.Name))
	}
	return c
}

// misfit says that what custom API was told to answer is not what it declares. It is the
// developer's to see, so the help says it.
func misfit(api *meta.API, format string, args ...any) error {
	text := fmt.Sprintf(format, args...)
	return dverr.IsvUnexpected.With().Helping("the answer of %s: %s", api.Name, text).Because(errors.New(text))
}
