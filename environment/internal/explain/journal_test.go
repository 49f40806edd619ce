package explain

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/meta"
)

func user(n int) access.User {
	var u access.User
	u.ID[0], u.ID[1], u.Name = byte(n>>8), byte(n), fmt.Sprint("user ", n)
	return u
}

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// Journals forget the oldest requests and the users unheard of for longest.
func TestJournalIsBounded(t *testing.T) {
	j := NewJournal()
	for i := range maxUsers + maxRequests {
		j.Note(Request{ID: fmt.Sprint(i), At: noon.Add(time.Duration(i) * time.Second), User: user(i), Trail: &access.Trail{}})
	}
	if n := len(j.Footprints(Asked{})); n != maxUsers {
		t.Errorf("%d users are kept", n)
	}
	if _, found := j.Request(fmt.Sprint(maxUsers - 1)); found || len(j.recent) != maxRequests {
		t.Errorf("an old request is kept, of %d", len(j.recent))
	}
	for _, id := range []int{maxUsers, maxUsers + maxRequests/2, maxUsers + maxRequests - 1} {
		if e, found := j.Request(fmt.Sprint(id)); !found || e.User.Name != fmt.Sprint("user ", id) {
			t.Errorf("request %d: %v %+v", id, found, e)
		}
	}
	if n := len(j.Footprints(Asked{User: user(maxUsers + 50).ID})); n != 1 {
		t.Errorf("%d users of one id", n)
	}
	if n := len(j.Footprints(Asked{Since: noon.Add((maxUsers + maxRequests - 10) * time.Second)})); n != 10 {
		t.Errorf("%d users of the last seconds", n)
	}
}

func TestJournalKeepsTheLatestRefusals(t *testing.T) {
	j := NewJournal()
	for i := range maxRefused + 5 {
		j.Note(Request{At: noon, User: user(1), Trail: &access.Trail{}, Refused: []Refusal{{Stopped: "request", Help: fmt.Sprint(i)}}})
	}
	refused := j.Footprints(Asked{})[0].Refused
	if len(refused) != maxRefused || refused[0].Help != "5" {
		t.Errorf("%d refusals from %+v", len(refused), refused[0])
	}
}

// A header holds ASCII alone, no more than it may, and stays JSON.
func TestHeaderFits(t *testing.T) {
	e := Explanation{Request: "1", At: noon, User: Principal{ID: meta.ID{1}.String(), Name: "Zoë 😀 \"q\"\n"}}
	for range 100 {
		e.Privileges = append(e.Privileges, &Privilege{Name: "prvReadAccount", Depth: "Basic"})
	}
	for _, most := range []int{100_000, 2000, 200} {
		line := e.Header(most)
		if len(line) > most || strings.ContainsFunc(line, func(r rune) bool { return r < ' ' || r > '~' }) {
			t.Errorf("%d bytes for %d: %q", len(line), most, line)
		}
		var back Explanation
		if err := json.Unmarshal([]byte(line), &back); err != nil || back.User.Name != e.User.Name {
			t.Errorf("%v: %q", err, line)
		}
	}
	if line := e.Header(10); line != "" {
		t.Errorf("too short for anything, yet %q", line)
	}
}
