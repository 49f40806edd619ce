package stead

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stead-s2s/stead/operator"
)

var noon = time.Date(2026, 12, 24, 12, 0, 0, 0, time.UTC)

// wallClock is a clock whose machine's time is driven.
func wallClock(t *testing.T, dir string) (c *clock, pass func(time.Duration)) {
	t.Helper()
	real := noon
	c, err := openClock(dir, func() time.Time { return real })
	if err != nil {
		t.Fatal(err)
	}
	return c, func(d time.Duration) { real = real.Add(d) }
}

func move(t *testing.T, c *clock, m operator.ClockMove) {
	t.Helper()
	if _, err := c.Move(t.Context(), m); err != nil {
		t.Fatal(err)
	}
}

func TestClockMoves(t *testing.T) {
	hour := operator.Duration(time.Hour)
	christmas := noon.Add(12 * time.Hour)
	for name, s := range map[string]struct {
		moves []operator.ClockMove
		ahead time.Duration // after another minute
		stops bool
	}{
		"untouched":         {nil, time.Minute, false},
		"advanced":          {[]operator.ClockMove{{Advance: 25 * hour}}, 25*time.Hour + time.Minute, false},
		"advanced twice":    {[]operator.ClockMove{{Advance: hour}, {Advance: hour}}, 2*time.Hour + time.Minute, false},
		"set":               {[]operator.ClockMove{{Advance: hour}, {Set: &christmas}}, 12*time.Hour + time.Minute, false},
		"frozen":            {[]operator.ClockMove{{Set: &christmas, Freeze: true}}, 12 * time.Hour, true},
		"frozen, advanced":  {[]operator.ClockMove{{Set: &christmas, Freeze: true}, {Advance: hour}}, 13 * time.Hour, true},
		"frozen, set going": {[]operator.ClockMove{{Set: &christmas, Freeze: true}, {Set: &noon}}, time.Minute, false},
		"reset":             {[]operator.ClockMove{{Set: &christmas, Freeze: true}, {Reset: true}}, time.Minute, false},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			c, pass := wallClock(t, dir)
			for _, m := range s.moves {
				move(t, c, m)
			}
			pass(time.Minute)
			if got := c.Now().Sub(noon); got != s.ahead || c.State().Frozen != s.stops || !c.State().Now.Equal(c.Now()) {
				t.Errorf("%s ahead, %+v", got, c.State())
			}
			again, pass := wallClock(t, dir) // the next start finds it as it was left
			pass(time.Minute)
			if !again.Now().Equal(c.Now()) {
				t.Errorf("after a restart it shows %s, before %s", again.Now(), c.Now())
			}
		})
	}
}

func TestClockRefuses(t *testing.T) {
	dir := t.TempDir()
	c, _ := wallClock(t, dir)
	far := time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, m := range []operator.ClockMove{{Set: &far}, {Set: &time.Time{}}, {Advance: operator.Duration(200 * 366 * 24 * time.Hour)}} {
		if _, err := c.Move(t.Context(), m); err == nil || !c.Now().Equal(noon) {
			t.Errorf("%+v: %v, shows %s", m, err, c.Now())
		}
	}
	if err := os.WriteFile(filepath.Join(dir, clockFile), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := openClock(dir, time.Now)
	wantOneLine(t, err, clockFile, "delete")
}

// Tokens, what environments remember of them, and the stamps of rows follow the clock;
// TLS does not, however far it goes.
func TestWorldFollowsTheClock(t *testing.T) {
	s := up(t, Config{Data: t.TempDir(), Operator: true})
	o := s.Operator()
	token := s.token(t, "contoso-app")
	wantWhoAmI(t, s, s.World.Environments[0].URL, token)
	if _, err := o.MoveClock(t.Context(), operator.ClockMove{Advance: operator.Duration(25 * time.Hour)}); err != nil {
		t.Fatal(err)
	}
	if status, header, _ := s.call(t, http.MethodGet, "WhoAmI", token); status != 401 || !strings.Contains(header.Get("x-stead-help"), "expired") {
		t.Errorf("a token of yesterday got %d %v", status, header)
	}
	year := time.Date(2190, 1, 2, 3, 4, 5, 0, time.UTC)
	if _, err := o.MoveClock(t.Context(), operator.ClockMove{Set: &year, Freeze: true}); err != nil {
		t.Fatal(err)
	}
	s.client.CloseIdleConnections() // a new handshake
	token = s.token(t, "contoso-app")
	if _, _, body := s.call(t, http.MethodPost, "accounts", token); !strings.Contains(body, `"createdon":"2190-01-02T03:04:05Z"`) {
		t.Errorf("created %s", body)
	}
	if _, err := o.MoveClock(t.Context(), operator.ClockMove{Reset: true}); err != nil {
		t.Fatal(err)
	}
	wantToken(t, s, "contoso-app")
}
