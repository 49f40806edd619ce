package predicate

import (
	"strings"
	"testing"
	"time"

	"github.com/stead-s2s/stead/environment/internal/meta"
)

func TestMoney(t *testing.T) {
	for text, want := range map[string]int64{"1": 10000, "-0.5": -5000, "+1.00005": 10001, "-1.00005": -10001, ".5": 5000} {
		if n, ok := parseMoney(text); !ok || n != want {
			t.Errorf("%s: %d, %v", text, n, ok)
		}
	}
	c := &meta.Column{Kind: meta.Money}
	if _, ok := parseValue(c, strings.Repeat("9", 41), time.UTC); ok {
		t.Error("too long a number was taken")
	}
}
