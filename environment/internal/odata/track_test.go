package odata

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// stamped is the token of a next link between changes that go up to a moment.
func stamped(t testing.TB, r Request, raw string, until op.Stamp, gone []op.Deletion, after []query.Value) string {
	t.Helper()
	c, given, err := r.ReadChanges(r.Model.Set("accounts"), raw, false)
	if err != nil || !given {
		t.Fatalf("%s: %v, %v", raw, given, err)
	}
	token, err := r.appendToken(nil, c.query, c.place(until, gone, after), true)
	if err != nil {
		t.Fatal(err)
	}
	return string(token)
}

func TestChangesGoOn(t *testing.T) {
	r := asAdaPaging(t)
	accounts := r.Model.Set("accounts")
	const delta = "$select=name&$deltatoken=5!08/22/2017 08:10:44"
	until := op.Stamp{Version: 9, At: time.Date(2017, 8, 22, 8, 21, 20, 0, time.UTC)}
	row := []query.Value{query.Int(7), query.GUID(meta.ID{1})}
	for name, token := range map[string]string{
		"rows":      stamped(t, r, delta, until, nil, row),
		"deletions": stamped(t, r, delta, until, []op.Deletion{{Version: 8}}, nil),
	} {
		c, given, err := r.ReadChanges(accounts, delta+"&$skiptoken="+token, false)
		if err != nil || !given || *c.Op.Until != until || c.Op.Since.Version != 5 {
			t.Fatalf("%s: %+v, %v", name, c.Op, err)
		}
		if after := c.Op.Select.After; name == "rows" && (len(after) != 2 || after[0] != row[0] || after[1] != row[1]) || name == "deletions" && c.Op.Deleted != 8 {
			t.Errorf("%s: after %v, deletion %d", name, after, c.Op.Deleted)
		}
		for what, raw := range map[string]string{
			"another moment": strings.Replace(delta, "5!", "4!", 1) + "&$skiptoken=" + token,
			"other columns":  strings.Replace(delta, "name", "fax", 1) + "&$skiptoken=" + token,
			"no moment":      "$select=name&$skiptoken=" + token,
			"another place":  delta + "&$skiptoken=" + strings.Replace(token, "a21%253a20", "a21%253a21", 1),
		} {
			if _, given, err := r.ReadChanges(accounts, raw, false); !dverr.InvalidPagingCookie.Is(err) && !dverr.UnknownProperty.Is(err) || !given {
				t.Errorf("%s with %s: %v, %v", name, what, given, err)
			}
		}
	}
}

func FuzzDeltaToken(f *testing.F) {
	for _, s := range []string{"919042!08/22/2017 08:10:44", "919042%2108%2f22%2f2017%2008%3a10%3a44", "0!12/31/9999 23:59:59", "1!", "!", "%"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, ok := parseStamp(text)
		if !ok {
			return
		}
		printed := string(appendStamp(nil, s))
		if again, ok := parseStamp(printed); !ok || again != s {
			t.Errorf("%q is %+v, printed as %q", text, s, printed)
		}
		if again, ok := parseStamp(url.QueryEscape(printed)); !ok || again != s {
			t.Errorf("%q encoded is %+v", printed, again)
		}
	})
}
