package environment_test

import (
	"embed"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

//go:embed testdata/samples
var samples embed.FS

// TestSamples plays the requests of the service's public samples in their order, and compares
// answers with what their pages show: members, their order and their values.
func TestSamples(t *testing.T) {
	files, err := samples.ReadDir("testdata/samples")
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	for _, f := range files {
		t.Run(strings.TrimSuffix(f.Name(), ".http"), func(t *testing.T) {
			text, err := samples.ReadFile(path.Join("testdata/samples", f.Name()))
			if err != nil {
				t.Fatal(err)
			}
			app := start(t).as(t, "contoso-app")
			p := &player{t: t, app: app, known: map[string]string{
				"root": root, "organization": organization, "tenant": tenant, "address": address, "me": people["contoso-app"].user, "my-object": people["contoso-app"].object,
				"ben": people["ben"].user, "ben-object": people["ben"].object, "cleo": people["cleo"].user, "account": "00000000-0000-0000-0000-000000000001", "unit": app.unit("Contoso"),
			}}
			p.play(string(text))
		})
	}
}

// player knows what earlier answers of a sample said.
type player struct {
	t     *testing.T
	app   client
	known map[string]string
}

var (
	requestLine = regexp.MustCompile(`^(GET|POST|PATCH|PUT|DELETE) (.+)$`)
	slot        = regexp.MustCompile(`\$\{([\w-]+)\}|…`)
)

// play sends every request of a file and compares the answer with what stands below it.
func (p *player) play(text string) {
	p.t.Helper()
	var request, answer []string
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case answer != nil && requestLine.MatchString(line), request == nil && requestLine.MatchString(line):
			p.exchange(request, answer)
			request, answer = []string{line}, nil
		case answer == nil && strings.HasPrefix(line, "< "):
			answer = []string{line[2:]}
		case strings.HasPrefix(line, "#"):
		case answer != nil:
			answer = append(answer, line)
		case request != nil:
			request = append(request, line)
		}
	}
	p.exchange(request, answer)
}

// exchange sends one request. Unless it says otherwise it has the headers that the samples send.
func (p *player) exchange(request, answer []string) {
	p.t.Helper()
	if request == nil {
		return
	}
	first := requestLine.FindStringSubmatch(p.fill(request[0]))
	headers, body := apart(request)
	c := p.app.with("OData-MaxVersion", "4.0", "OData-Version", "4.0", "If-None-Match", "null", "Accept", "application/json")
	for _, h := range headers {
		c = c.with(h[0], p.fill(h[1]))
	}
	got := c.send(first[1], first[2], p.fill(body))
	want, wantBody := apart(answer)
	if status := strconv.Itoa(got.status); status != answer[0] {
		p.t.Fatalf("%s: %d %s", request[0], got.status, got.body)
	}
	for _, h := range want {
		p.meets(request[0]+": "+h[0], got.header.Get(h[0]), h[1])
	}
	p.meets(request[0], strings.TrimSpace(got.body), wantBody)
}

// apart takes headers and body below a first line apart; lines of a body end with CRLF.
func apart(lines []string) (headers [][2]string, body string) {
	for i, line := range lines[1:] {
		name, value, found := strings.Cut(line, ":")
		if line == "" || !found {
			return headers, strings.TrimSpace(strings.Join(lines[i+2:], "\r\n"))
		}
		headers = append(headers, [2]string{name, strings.TrimSpace(value)})
	}
	return headers, ""
}

// fill puts values where their names stand.
func (p *player) fill(text string) string {
	p.t.Helper()
	return slot.ReplaceAllStringFunc(text, func(name string) string {
		if name == "…" {
			return name
		}
		value, found := p.known[strings.Trim(name, "${}")]
		if !found {
			p.t.Fatalf("%s is not known", name)
		}
		return value
	})
}

// meets compares, and learns what the pattern names for the first time.
func (p *player) meets(what, got, pattern string) {
	p.t.Helper()
	var b strings.Builder
	var fresh []string
	at := 0
	for _, m := range slot.FindAllStringSubmatchIndex(pattern, -1) {
		b.WriteString(regexp.QuoteMeta(pattern[at:m[0]]))
		at = m[1]
		if m[2] < 0 {
			b.WriteString(`(?s:.*?)`)
			continue
		}
		name := pattern[m[2]:m[3]]
		switch value, found := p.known[name]; {
		case found:
			b.WriteString(regexp.QuoteMeta(value))
		case slices.Contains(fresh, name):
			b.WriteString(`[\w-]+`)
		default:
			fresh = append(fresh, name)
			b.WriteString(`([\w-]+)`)
		}
	}
	b.WriteString(regexp.QuoteMeta(pattern[at:]))
	found := regexp.MustCompile("^" + b.String() + "$").FindStringSubmatch(got)
	if found == nil {
		p.t.Fatalf("%s\n%s\nwant\n%s", what, got, pattern)
	}
	for i, name := range fresh {
		p.known[name] = found[i+1]
	}
	if len(fresh) > 0 {
		p.meets(what, got, pattern) // what stands twice is the same twice
	}
}
