package search

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// token is a word of a text: folded to lower case, and where it stands in bytes.
type token struct {
	text     string
	from, to int
}

// tokens takes a text apart: words are runs of letters, digits and marks.
func tokens(text string) []token {
	var all []token
	from := -1
	for at, r := range text {
		in := unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
		switch {
		case in && from < 0:
			from = at
		case !in && from >= 0:
			all = append(all, token{strings.ToLower(text[from:at]), from, at})
			from = -1
		}
	}
	if from >= 0 {
		all = append(all, token{strings.ToLower(text[from:]), from, len(text)})
	}
	return all
}

// words are the words of a text.
func words(text string) []string {
	var all []string
	for _, t := range tokens(text) {
		all = append(all, t.text)
	}
	return all
}

// near tells whether one word becomes the other by at most n insertions, deletions,
// substitutions and exchanges of neighbours.
func near(a, b string, n int) bool {
	x, y := []rune(a), []rune(b)
	if len(x)-len(y) > n || len(y)-len(x) > n {
		return false
	}
	before, last, row := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(x); i++ {
		row[0] = i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(y)] <= n
}

// plain is the longest run of ASCII letters and digits in a word. Databases compare other
// letters as they are written, so that a condition on them would miss some.
func plain(word string) string {
	best, from := "", 0
	for i := 0; i <= len(word); i++ {
		if i < len(word) && word[i] < utf8.RuneSelf && (unicode.IsLetter(rune(word[i])) || unicode.IsDigit(rune(word[i]))) {
			continue
		}
		if i-from > len(best) {
			best = word[from:i]
		}
		from = i + 1
	}
	return best
}
