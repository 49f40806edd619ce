package meta

import (
	"strings"
	"testing"
)

func TestParseID(t *testing.T) {
	want := "5a1f0000-0000-4000-8000-00000000abcd"
	for _, text := range []string{want, strings.ToUpper(want), "{" + want + "}"} {
		id, err := ParseID(text)
		if err != nil || id.String() != want {
			t.Errorf("%s is %s, %v", text, id, err)
		}
	}
	for _, text := range []string{"", "{}", want[1:], want + "0", "{" + want, strings.Replace(want, "-", "x", 1), strings.Replace(want, "a", "g", 1), "(" + want + ")"} {
		if id, err := ParseID(text); err == nil || !id.IsZero() {
			t.Errorf("%q was taken as %s", text, id)
		}
	}
}

func FuzzParseID(f *testing.F) {
	f.Add("5a1f0000-0000-4000-8000-00000000abcd")
	f.Add("{5A1F0000-0000-4000-8000-00000000ABCD}")
	f.Add("nonsense")
	f.Fuzz(func(t *testing.T, text string) {
		id, err := ParseID(text)
		if err != nil {
			return
		}
		if again, err := ParseID(id.String()); err != nil || again != id {
			t.Errorf("%q printed as %s and read as %s, %v", text, id, again, err)
		}
		if !strings.EqualFold(strings.Trim(text, "{}"), id.String()) {
			t.Errorf("%q was read as %s", text, id)
		}
	})
}
