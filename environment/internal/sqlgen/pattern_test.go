package sqlgen

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stead-s2s/stead/environment/internal/query"
)

func TestPatterns(t *testing.T) {
	tests := []struct {
		kind       query.MatchKind
		text       string
		like, glob string // what the engine is given; glob when the pattern has sets
		never      bool
	}{
		{query.Like, "", "", "", false},
		{query.Contains, "", "%", "*", false},
		{query.Contains, "a", "%a%", "*a*", false},
		{query.StartsWith, "A%", "A%", "a*", false},
		{query.EndsWith, "a_b", "%a_b", "*a?b", false},
		{query.Like, `a\b*c?`, `a\\b*c?`, `a\b[*]c[?]`, false},
		{query.Like, "]", "]", "]", false},
		{query.Like, "[%]", "", "[%]", false},
		{query.Like, "[[]", "", "[[]", false},
		{query.Like, "[A-C]x", "", "[a-c]x", false},
		{query.Like, "[^A-C]", "", "[^a-c]", false},
		{query.Like, "[^^]", "", "[^^]", false},
		{query.Like, "[^]", "_", "?", false},
		{query.Like, "a%%%b", "a%b", "a*b", false},
		{query.Like, "[]", "", "", true},
		{query.Like, "a[bc", "", "", true},
		{query.Contains, "[", "", "", true},
	}
	for _, tt := range tests {
		p, ok := parsePattern(tt.kind, tt.text)
		if ok == tt.never {
			t.Errorf("%q: can match %v", tt.text, ok)
		}
		if tt.never {
			continue
		}
		if got := globPattern(p); got != tt.glob {
			t.Errorf("%q: GLOB %q, want %q", tt.text, got, tt.glob)
		}
		if p.hasSets() {
			continue
		}
		if got := likePattern(p); got != tt.like {
			t.Errorf("%q: LIKE %q, want %q", tt.text, got, tt.like)
		}
	}
}

func TestBeyondPrefix(t *testing.T) {
	for prefix, want := range map[string]string{
		"a": "b", "az": "a{", "a\u007f": "a\u0080", "\ud7ff": "\ue000", "a\U0010FFFF": "b", "é": "ê",
	} {
		if got, ok := beyondPrefix(prefix); got != want || !ok {
			t.Errorf("beyond %q: %q", prefix, got)
		}
	}
	for _, prefix := range []string{"", "\U0010FFFF"} {
		if got, ok := beyondPrefix(prefix); ok {
			t.Errorf("beyond %q: %q", prefix, got)
		}
	}
}

// FuzzPattern: whatever a client sends is read to its end, and what begins with the
// prefix lies below its bound.
func FuzzPattern(f *testing.F) {
	for _, seed := range []string{"", "abc", "a%b_", "[a-z]", "[^]", "[[]", "x]y", "[", "Contoso\U0010FFFF"} {
		f.Add(uint8(query.Like), seed)
	}
	f.Fuzz(func(t *testing.T, kind uint8, text string) {
		p, ok := parsePattern(query.MatchKind(kind), text)
		if !ok || !utf8.ValidString(text) {
			return
		}
		if strings.ContainsAny(likePattern(p), "*") != strings.Contains(text, "*") && !p.hasSets() {
			t.Errorf("%q: LIKE %q", text, likePattern(p))
		}
		if to, ok := beyondPrefix(p.prefix()); ok && to <= p.prefix() {
			t.Errorf("%q: prefix %q ends at %q", text, p.prefix(), to)
		}
	})
}
