package environment_test

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

//go:embed testdata/refusals.txt
var refusals string

// TestRefusals asks for what the service refuses, and compares status, code and text with what
// its documents say (Dataverse facts 5.3, 5.21, appendix E). Nothing that was refused has any
// effect: the tables hold at the end what they held before.
func TestRefusals(t *testing.T) {
	w := start(t)
	p := &player{t: t, app: w.as(t, "contoso-app"), known: map[string]string{
		"root": root, "unit": w.as(t, "contoso-app").unit("Contoso"), "sales": w.as(t, "contoso-app").unit("Sales"), "absent": absent,
	}}
	for name, who := range people {
		p.known[name], p.known[name+"-object"], p.known[name+"-app"] = who.user, who.object, who.app
	}
	for _, n := range []int{101, 161, 201, 2001, 40000} {
		p.known[fmt.Sprintf("x%d", n)] = strings.Repeat("x", n)
	}
	r := &refuser{player: p, w: w}
	count := func() string {
		return w.as(t, "contoso-app").get("RetrieveTotalRecordCount(EntityNames=['account','contact','task','role','team','businessunit','systemuser','savedquery'])").body
	}
	before := ""
	for line := range strings.Lines(refusals) {
		if strings.HasPrefix(line, "as ") && before == "" {
			before = count()
		}
		r.line(strings.TrimSuffix(line, "\n"))
	}
	if after := count(); after != before {
		t.Errorf("what was refused had effects: %s\nbefore %s", after, before)
	}
}

// refuser reads the table of refusals, line by line.
type refuser struct {
	*player
	w       *world
	client  client
	request []string
	headers []string
}

func (r *refuser) line(line string) {
	r.t.Helper()
	word, rest, _ := strings.Cut(line, " ")
	switch {
	case line == "" || line[0] == '#':
	case word == "as":
		r.client = r.w.as(r.t, rest)
	case word == "let":
		name, rest, _ := strings.Cut(rest, " ")
		set, body, _ := strings.Cut(rest, " ")
		r.known[name] = r.app.made(set, r.fill(body))
	case line[0] == '\t':
		r.expect(line[1:])
	case requestLine.MatchString(line):
		r.request, r.headers = []string{line}, nil
	case line[0] == '|': // a line of a body that looks like something else
		r.request = append(r.request, strings.TrimPrefix(line[1:], " "))
	case line[0] == '+':
		name, value, _ := strings.Cut(line[1:], ": ")
		r.headers = append(r.headers, name, r.fill(value))
	default:
		r.request = append(r.request, line)
	}
}

// expect sends the request and compares: a status, and for an error its code and text.
func (r *refuser) expect(want string) {
	r.t.Helper()
	m := requestLine.FindStringSubmatch(r.fill(r.request[0]))
	got := r.client.with(r.headers...).send(m[1], m[2], r.fill(strings.Join(r.request[1:], "\r\n")))
	var body struct {
		Error struct{ Code, Message string }
	}
	if err := json.Unmarshal([]byte(got.body), &body); err != nil && got.body != "" {
		body.Error.Message = got.body
	}
	told := strings.TrimSpace(fmt.Sprintf("%d %s %s", got.status, body.Error.Code, body.Error.Message))
	if !matches(told, r.fill(want)) {
		r.t.Errorf("%.200s\n\t%.400s\nwant\n\t%.400s", strings.Join(r.request, " "), told, want)
	}
}
