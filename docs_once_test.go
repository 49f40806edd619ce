package stead

import (
	"os"
	"strings"
	"testing"
	"unicode"
)

func TestChangelogSaysThingsOnce(t *testing.T) {
	text, err := os.ReadFile("CHANGELOG.md")
	if err != nil {
		t.Fatal(err)
	}
	wantNoTwins(t, string(text), "- ")
}

// wantNoTwins holds a list to which several hands append: where two lines begin alike, one of
// them was to replace the other.
func wantNoTwins(t *testing.T, text, mark string) {
	t.Helper()
	for _, pair := range twins(text, mark) {
		t.Errorf("said twice:\n%s\n%s", pair[0], pair[1])
	}
}

// twins are the entries of a list, which begin with the mark, that begin with the same forty
// characters, or one with the whole of the other's first cell. A heading begins a new list.
func twins(text, mark string) (pairs [][2]string) {
	seen := map[string]bool{}
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "#") {
			clear(seen)
		}
		entry, is := strings.CutPrefix(strings.TrimSpace(line), mark)
		if !is || strings.HasPrefix(entry, "feature |") {
			continue
		}
		entry, _, _ = strings.Cut(entry, " | ")
		for other := range seen {
			if alike(entry, other) {
				pairs = append(pairs, [2]string{other, entry})
			}
		}
		seen[entry] = true
	}
	return pairs
}

func alike(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	rest, is := strings.CutPrefix(b, a)
	if is && (rest == "" || !unicode.IsLetter(rune(rest[0])) && rest[0] != ' ') {
		return true
	}
	return len(a) > 40 && a[:40] == b[:40]
}

func TestTwins(t *testing.T) {
	for text, want := range map[string]int{
		"| a, b | x |\n| a, b, c | y |": 1, "| a | x |\n| ab | y |": 0, "| a | x |\n# h\n| a | y |": 0, "| a | x |\n| a | y |": 1, "| files | x |\n| files kept | y |": 0,
		"| " + strings.Repeat("m", 40) + "1 | x |\n| " + strings.Repeat("m", 40) + "2 | x |": 1, "- a\n": 0,
	} {
		if got := twins(text, "| "); len(got) != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}
