package discovery

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/dverr"
)

// condition is a filter of instances: terms joined by or, each of comparisons joined by
// and. The service takes simple ones; so there are no parentheses and no functions here.
type condition [][]comparison

// comparison asks whether a property is, or is not, a value.
type comparison struct {
	name  string
	not   bool
	value string // as comparable gives it
}

// parseFilter reads the value of $filter.
func parseFilter(text string) (condition, error) {
	words, err := split(text)
	if err != nil {
		return nil, err
	}
	all := condition{nil}
	for {
		if len(words) < 3 {
			return nil, badFilter(text)
		}
		c := comparison{name: words[0], not: words[1] == "ne", value: comparable(words[2])}
		if !slices.Contains(names(), c.name) {
			return nil, dverr.QueryInvalid.Text("Could not find a property named '%s' on type 'Microsoft.Dynamics.CRM.Instance'.", c.name)
		}
		if words[1] != "eq" && words[1] != "ne" {
			return nil, badFilter(text)
		}
		last := len(all) - 1
		all[last] = append(all[last], c)
		if words = words[3:]; len(words) == 0 {
			return all, nil
		}
		switch words[0] {
		case "or":
			all = append(all, nil)
		case "and":
		default:
			return nil, badFilter(text)
		}
		words = words[1:]
	}
}

func badFilter(text string) error {
	return dverr.QueryInvalid.Text("The $filter expression '%s' is not supported: the discovery service compares properties with eq and ne, joined by and, or.", text)
}

// split cuts a filter at its spaces, which quoted text may hold.
func split(text string) ([]string, error) {
	var words []string
	var word strings.Builder
	quoted := false
	for _, r := range text {
		if r == '\'' {
			quoted = !quoted
		}
		if r == ' ' && !quoted {
			if word.Len() > 0 {
				words = append(words, word.String())
				word.Reset()
			}
			continue
		}
		word.WriteRune(r)
	}
	if quoted {
		return nil, badFilter(text)
	}
	if word.Len() > 0 {
		words = append(words, word.String())
	}
	return words, nil
}

// comparable brings a literal to the form in which values are compared: text without
// quotes and case, as the service compares text.
func comparable(literal string) string {
	if len(literal) >= 2 && literal[0] == '\'' && literal[len(literal)-1] == '\'' {
		literal = strings.ReplaceAll(literal[1:len(literal)-1], "''", "'")
	}
	return strings.ToLower(literal)
}

// holds judges an instance.
func (c condition) holds(i Instance) bool {
	values := map[string]string{}
	for _, m := range i.members() {
		var text string
		if json.Unmarshal(m.value, &text) != nil || string(m.value) == "null" {
			text = string(m.value)
		}
		values[m.name] = strings.ToLower(text)
	}
	for _, term := range c {
		if !slices.ContainsFunc(term, func(c comparison) bool { return (values[c.name] == c.value) == c.not }) {
			return true
		}
	}
	return false
}
