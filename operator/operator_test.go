package operator

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"
)

// desk stands for a world and notes what it was told.
type desk struct {
	told []string
	key  Key
	log  bytes.Buffer
}

func (d *desk) tell(format string, args ...any) {
	d.told = append(d.told, fmt.Sprintf(format, args...))
}

type clockDesk struct{ *desk }

var noon = time.Date(2026, 12, 24, 12, 0, 0, 0, time.UTC)

func (d clockDesk) State() ClockState { return ClockState{noon, Duration(25 * time.Hour), true} }
func (d clockDesk) Move(_ context.Context, m ClockMove) (ClockState, error) {
	d.tell("move %s %v %v %v", m.Advance, m.Set, m.Reset, m.Freeze)
	return d.State(), nil
}

type faultDesk struct{ *desk }

func (d faultDesk) List() []Fault { return []Fault{{ID: "1", Injected: 3, Until: &noon}} }
func (d faultDesk) Inject(_ context.Context, o Order) (Fault, error) {
	d.tell("inject %s", o.Kind)
	if o.Kind == "broken" {
		return Fault{}, errors.New("the disk is full")
	}
	return Fault{ID: "7", Order: o}, nil
}
func (d faultDesk) Clear(id string) int {
	d.tell("clear %q", id)
	return len("ab") - len(id)
}

type snapshotDesk struct{ *desk }

func (d snapshotDesk) List() ([]Snapshot, error) { return []Snapshot{{Name: "a"}, {Name: "b"}}, nil }
func (d snapshotDesk) Save(_ context.Context, n string) (Snapshot, error) {
	d.tell("save %q", n)
	return Snapshot{Name: n, Bytes: 5}, nil
}
func (d snapshotDesk) Load(_ context.Context, n string) (Snapshot, error) {
	d.tell("load %q", n)
	return Snapshot{}, NotFound("there is no snapshot %s", n)
}
func (d snapshotDesk) Delete(n string) error { d.tell("delete %q", n); return nil }

func serve(t *testing.T, key Key) (*desk, *Client) {
	d := &desk{key: key}
	server := httptest.NewServer(New(Config{Key: key, Clock: clockDesk{d}, Faults: faultDesk{d}, Snapshots: snapshotDesk{d},
		Logger: slog.New(slog.NewTextHandler(&d.log, nil))}))
	t.Cleanup(server.Close)
	return d, &Client{URL: server.URL, Key: key, HTTP: server.Client()}
}

// Every order reaches the world as it was given, and its answer comes back.
func TestOrders(t *testing.T) {
	d, c := serve(t, NewKey())
	ctx := t.Context()
	order := Order{Kind: "throttle", Limit: "time", RetryAfter: Duration(2 * time.Second), App: "ana", Count: 3, Probability: 0.5, For: Duration(time.Minute)}
	for _, step := range []struct {
		do   func() (any, error)
		want any
		told string
	}{
		{func() (any, error) { return c.Clock(ctx) }, clockDesk{}.State(), ""},
		{func() (any, error) {
			return c.MoveClock(ctx, ClockMove{Advance: Duration(25 * time.Hour), Freeze: true})
		}, clockDesk{}.State(), "move 25h0m0s <nil> false true"},
		{func() (any, error) { return c.MoveClock(ctx, ClockMove{Set: &noon}) }, clockDesk{}.State(), "move 0s 2026-12-24 12:00:00 +0000 UTC false false"},
		{func() (any, error) { return c.Faults(ctx) }, faultDesk{}.List(), ""},
		{func() (any, error) { return c.Inject(ctx, order) }, Fault{ID: "7", Order: order}, "inject throttle"},
		{func() (any, error) { return c.Clear(ctx, "7") }, 1, `clear "7"`},
		{func() (any, error) { return c.Clear(ctx, "") }, 2, `clear ""`},
		{func() (any, error) { return c.Snapshots(ctx) }, []Snapshot{{Name: "a"}, {Name: "b"}}, ""},
		{func() (any, error) { return c.Save(ctx, "a b/../c") }, Snapshot{Name: "a b/../c", Bytes: 5}, `save "a b/../c"`},
		{func() (any, error) { return nil, c.Delete(ctx, "a") }, nil, `delete "a"`},
	} {
		d.told = nil
		got, err := step.do()
		if err != nil || !reflect.DeepEqual(got, step.want) || strings.Join(d.told, ";") != step.told {
			t.Errorf("got %+v %v, want %+v; told %q, want %q", got, err, step.want, d.told, step.told)
		}
	}
}

func TestRefusals(t *testing.T) {
	d, c := serve(t, NewKey())
	ctx := t.Context()
	wrong := *c
	wrong.Key = NewKey()
	for name, s := range map[string]struct {
		do     func() error
		status int
		say    string
	}{
		"wrong key":       {func() error { _, err := wrong.Clock(ctx); return err }, 401, "operator.key"},
		"no snapshot":     {func() error { _, err := c.Load(ctx, "x"); return err }, 404, "no snapshot x"},
		"no fault":        {func() error { _, err := c.Clear(ctx, "99"); return err }, 404, "no fault 99"},
		"failure":         {func() error { _, err := c.Inject(ctx, Order{Kind: "broken"}); return err }, 500, "disk is full"},
		"no move":         {func() error { _, err := c.MoveClock(ctx, ClockMove{}); return err }, 400, "one of advance"},
		"two moves":       {func() error { _, err := c.MoveClock(ctx, ClockMove{Reset: true, Set: &noon}); return err }, 400, "one of"},
		"backwards":       {func() error { _, err := c.MoveClock(ctx, ClockMove{Advance: -1}); return err }, 400, "forwards"},
		"frozen reset":    {func() error { _, err := c.MoveClock(ctx, ClockMove{Reset: true, Freeze: true}); return err }, 400, "goes"},
		"unknown member":  {func() error { _, err := do[Fault](ctx, c, "POST", "faults", map[string]int{"cuont": 1}); return err }, 400, "cuont"},
		"duration number": {func() error { _, err := do[Fault](ctx, c, "POST", "faults", map[string]int{"for": 5}); return err }, 400, "90s"},
		"unknown path":    {func() error { _, err := do[Fault](ctx, c, "GET", "wishes", nil); return err }, 404, "wishes"},
		"unknown method":  {func() error { _, err := do[Fault](ctx, c, "PATCH", "clock", nil); return err }, 404, "PATCH"},
	} {
		t.Run(name, func(t *testing.T) {
			d.told = nil
			err := s.do()
			var e *Error
			if !errors.As(err, &e) || e.Status != s.status || !strings.Contains(e.Message, s.say) {
				t.Errorf("refused with %v", err)
			}
			if s.status == 401 && len(d.told) > 0 {
				t.Errorf("done without the key: %v", d.told)
			}
		})
	}
	if strings.Contains(d.log.String(), c.Key.Text()) || strings.Contains(d.log.String(), wrong.Key.Text()) {
		t.Error("a key is in the log")
	}
}

// A world without a key has no operator, whatever is presented.
func TestNoOperator(t *testing.T) {
	_, c := serve(t, Key{})
	for _, text := range []string{"", "Bearer ", "Bearer " + Key{}.Text()} {
		r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, c.URL+Path+"clock", nil)
		r.Header.Set("Authorization", text)
		got, err := c.HTTP.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		got.Body.Close()
		if got.StatusCode != http.StatusForbidden {
			t.Errorf("%q: %s", text, got.Status)
		}
	}
}

func TestKeysDoNotPrint(t *testing.T) {
	k := NewKey()
	text, _ := json.Marshal(struct{ K Key }{k})
	for _, got := range []string{fmt.Sprint(k), fmt.Sprintf("%#v", k), fmt.Sprintf("%+v", Config{Key: k}), string(text)} {
		if strings.Contains(got, k.Text()) || !strings.Contains(got, "[redacted]") {
			t.Errorf("printed %s", got)
		}
	}
}

func FuzzParseKey(f *testing.F) {
	f.Add(NewKey().Text())
	f.Add("")
	f.Add(strings.Repeat("A", 43))
	f.Add(strings.Repeat("A", 42) + "B") // bits that no key has
	f.Fuzz(func(t *testing.T, text string) {
		k, err := ParseKey(text)
		if err == nil && k.Text() != strings.TrimSpace(strings.NewReplacer("\n", "", "\r", "").Replace(text)) {
			t.Errorf("%q is read as %q", text, k.Text())
		}
	})
}

func FuzzDuration(f *testing.F) {
	for _, seed := range []string{`"1h"`, `"-5s"`, `5`, `""`, `"1.5h3m"`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var d, again Duration
		if json.Unmarshal([]byte(text), &d) != nil {
			return
		}
		printed, err := json.Marshal(d)
		if err != nil || json.Unmarshal(printed, &again) != nil || again != d {
			t.Errorf("%s became %s", text, printed)
		}
	})
}
