package engine

import (
	"bytes"
	"math/rand/v2"
	"testing"
	"time"
)

func TestAddresses(t *testing.T) {
	tests := []struct {
		parts []string
		want  string
	}{
		{[]string{"123 Maple St.", "", "", "Seattle", "Washington", "98007", "United States of America"}, "123 Maple St.\r\nSeattle, Washington 98007\r\nUnited States of America"},
		{[]string{"a", "b", "c", "", "", "", ""}, "a\r\nb\r\nc"},
		{[]string{"", "", "", "", "WA", "", ""}, "WA"},
		{[]string{"", "", "", "", "", "", ""}, ""},
	}
	for _, tt := range tests {
		if got := address(tt.parts); got != tt.want {
			t.Errorf("address(%q) = %q, want %q", tt.parts, got, tt.want)
		}
	}
}

func TestSequenceGrows(t *testing.T) {
	at := time.Date(2025, 1, 2, 3, 4, 5, 0, time.UTC)
	source := rand.NewChaCha8([32]byte{1})
	s := NewSequence(func() time.Time { return at }, source)
	last := s.Next()
	for i := range 20_000 {
		switch i % 1000 {
		case 500:
			at = at.Add(time.Millisecond)
		case 700:
			at = at.Add(-time.Minute) // the clock is set back
		}
		next := s.Next()
		if bytes.Compare(last[:], next[:]) >= 0 || last.String() >= next.String() {
			t.Fatalf("%s after %s", next, last)
		}
		if next[6]>>4 != 7 || next[8]>>6 != 2 {
			t.Fatalf("%s is no UUID of version 7", next)
		}
		last = next
	}
}

func TestSequenceCarries(t *testing.T) {
	s := NewSequence(func() time.Time { return time.UnixMilli(5) }, bytes.NewReader(bytes.Repeat([]byte{0xff}, 10)))
	first, second := s.Next(), s.Next()
	if first.String() != "00000000-0005-7fff-bfff-ffffffffffff" || second.String() != "00000000-0006-7000-8000-000000000000" {
		t.Errorf("%s, then %s", first, second)
	}
}
