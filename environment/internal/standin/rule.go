package standin

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
)

// rule answers the calls whose arguments are those of when: with values, or with a
// failure.
type rule struct {
	when    []op.Member
	values  []op.Member
	failure *Failure
}

// readRules reads a rule or a list of them:
//
//	{"when": {"Name": "Ada"}, "answer": {"Greeting": "Hello {{Name}}", "Echo": "{{Number}}"}}
//	{"error": {"message": "no", "code": "0x80040265", "status": 400}}
//
// A text that is one {{…}} becomes the value; in longer texts it is spelled out.
func readRules(text []byte) ([]rule, error) {
	v, err := readValue(text)
	if err != nil {
		return nil, err
	}
	list, many := v.(op.List)
	if !many {
		list = op.List{v}
	}
	if len(list) == 0 {
		return nil, errors.New("there is no rule")
	}
	rules := make([]rule, len(list))
	for i, item := range list {
		members, ok := item.([]op.Member)
		if !ok {
			return nil, fmt.Errorf("rule %d is no JSON object", i+1)
		}
		if rules[i], err = readRule(members); err != nil {
			return nil, fmt.Errorf("rule %d: %w", i+1, err)
		}
	}
	return rules, nil
}

func readRule(members []op.Member) (r rule, err error) {
	said := 0
	for _, m := range members {
		object, ok := m.Value.([]op.Member)
		if !ok {
			return r, fmt.Errorf("%s must be a JSON object", m.Name)
		}
		switch m.Name {
		case "when":
			r.when = object
		case "answer":
			r.values = object
			said++
		case "error":
			r.failure, err = readFailure(object)
			said++
		default:
			err = fmt.Errorf("%s is none of when, answer, error", m.Name)
		}
		if err != nil {
			return r, err
		}
	}
	if said != 1 {
		return r, errors.New("it must have either answer or error")
	}
	return r, nil
}

func readFailure(members []op.Member) (*Failure, error) {
	f := &Failure{}
	for _, m := range members {
		text, isText := m.Value.(string)
		n, isNumber := m.Value.(int64)
		switch {
		case m.Name == "message" && isText:
			f.Message = text
		case m.Name == "status" && isNumber && n >= 400 && n <= 599:
			f.Status = int(n)
		case m.Name == "code" && isText:
			code, err := strconv.ParseUint(text, 0, 32)
			if err != nil {
				return nil, fmt.Errorf("code %q is no number of 32 bits", text)
			}
			f.Code = uint32(code)
		default:
			return nil, fmt.Errorf("error.%s is none of message (a text), status (400 to 599), code (a text such as 0x80040265)", m.Name)
		}
	}
	return f, nil
}

// fits compares the arguments that the rule names; null is one that was not given.
func (r rule) fits(given arguments) bool {
	for _, m := range r.when {
		if !same(m.Value, given.value(m.Name)) {
			return false
		}
	}
	return true
}

// same compares values as a rule means them: of an object the members that the rule
// names, numbers by value.
func same(want, have any) bool {
	switch want := want.(type) {
	case []op.Member:
		object, ok := have.([]op.Member)
		for _, m := range want {
			ok = ok && same(m.Value, arguments(object).value(m.Name))
		}
		return ok
	case op.List:
		list, ok := have.(op.List)
		ok = ok && len(list) == len(want)
		for i := 0; ok && i < len(want); i++ {
			ok = same(want[i], list[i])
		}
		return ok
	case int64:
		if f, ok := have.(float64); ok {
			return f == float64(want)
		}
	case float64:
		if n, ok := have.(int64); ok {
			return float64(n) == want
		}
	}
	switch have.(type) {
	case []op.Member, op.List:
		return false // none of them can be compared
	}
	return want == have
}

// answer fills the rule with the arguments.
func (r rule) answer(api *meta.API, given arguments) (op.Answer, error) {
	if r.failure != nil {
		message, err := fillText(r.failure.Message, given)
		if err != nil {
			return op.Answer{}, misfit(api, "%v", err)
		}
		text, _ := message.(string)
		return op.Answer{}, refusal(&Failure{r.failure.Code, r.failure.Status, text})
	}
	if len(r.values) == 0 {
		return op.Answer{}, nil
	}
	filled, err := fill(r.values, given)
	if err != nil {
		return op.Answer{}, misfit(api, "%v", err)
	}
	return shape(api, filled.([]op.Member))
}

func fill(v any, given arguments) (any, error) {
	switch v := v.(type) {
	case string:
		return fillText(v, given)
	case op.List:
		list := make(op.List, len(v))
		for i, item := range v {
			var err error
			if list[i], err = fill(item, given); err != nil {
				return nil, err
			}
		}
		return list, nil
	case []op.Member:
		members := make([]op.Member, len(v))
		for i, m := range v {
			var err error
			if members[i].Value, err = fill(m.Value, given); err != nil {
				return nil, err
			}
			members[i].Name = m.Name
		}
		return members, nil
	}
	return v, nil
}

// fillText replaces what stands between {{ and }}.
func fillText(text string, given arguments) (any, error) {
	var b strings.Builder
	for rest := text; ; {
		before, after, found := strings.Cut(rest, "{{")
		name, behind, closed := strings.Cut(after, "}}")
		if !found || !closed {
			b.WriteString(rest)
			return b.String(), nil
		}
		v, err := given.named(strings.TrimSpace(name))
		if err != nil {
			return nil, err
		}
		if before == "" && behind == "" && rest == text {
			return v, nil
		}
		b.WriteString(before)
		spelled, err := spell(v)
		if err != nil {
			return nil, err
		}
		b.WriteString(spelled)
		rest = behind
	}
}

func (a arguments) named(name string) (any, error) {
	for _, m := range a {
		if m.Name == name {
			return m.Value, nil
		}
	}
	return nil, fmt.Errorf("there is no parameter %s", name)
}

// spell is a value inside of a text: texts as they are, nothing for null, JSON for the
// rest.
func spell(v any) (string, error) {
	switch v := v.(type) {
	case nil:
		return "", nil
	case string:
		return v, nil
	}
	text, err := json.Marshal(plain(v))
	return string(text), err
}

// Judge says what is wrong with rules for a custom API: their text, a property that it
// does not declare, or an argument.
func Judge(api *meta.API, text []byte) error {
	rules, err := readRules(text)
	if err != nil {
		return err
	}
	known := arguments{{Name: "$id"}, {Name: "$table"}, {Name: "$user"}, {Name: "$now"}}
	for _, p := range api.Parameters {
		known = append(known, op.Member{Name: p.Name})
	}
	for _, r := range rules {
		for _, m := range r.when {
			if _, err := known.named(m.Name); err != nil {
				return err
			}
		}
		for _, m := range r.values {
			if !declares(api, m.Name) {
				return fmt.Errorf("there is no response property %s", m.Name)
			}
		}
		if _, err := fill(r.values, known); err != nil {
			return err
		}
		if r.failure != nil {
			if _, err := fillText(r.failure.Message, known); err != nil {
				return err
			}
		}
	}
	return nil
}
