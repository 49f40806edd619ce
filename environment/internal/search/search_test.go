package search

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func fields(texts ...string) []Field {
	var list []Field
	for i, text := range texts {
		list = append(list, Field{Name: fmt.Sprintf("f%d", i), Text: text, Weight: 1})
	}
	return list
}

func TestSimpleSyntax(t *testing.T) {
	for text, want := range map[string]string{
		"wifi luxury":           "(wifi OR luxury)",
		"wifi+luxury":           "(wifi AND luxury)",
		"wifi | luxury spa":     "(wifi OR (luxury OR spa))",
		"hotel+(wifi | luxury)": "(hotel AND (wifi OR luxury))",
		"wifi -luxury":          "(wifi OR (NOT luxury))",
		"Alp*":                  "alp*",
		`"Grand Hotel"`:         `"grand hotel"`,
		`"grand"`:               `"grand"`,
		`\+1\(800\)555\-1234`:   `"1 800 555 1234"`,
		"maria@contoso.com":     `"maria contoso com"`,
		"a)b":                   "(a OR b)",
		`"open`:                 `"open"`,
		"(((a":                  "a",
		"a\x00b \x00":           `"a b"`,
	} {
		n := simple(text, false)
		if got := spelled(n); got != want {
			t.Errorf("%s reads as %s, want %s", text, got, want)
		}
	}
	if got := spelled(simple("wifi -luxury", true)); got != "(wifi AND (NOT luxury))" {
		t.Errorf("of mode all: %s", got)
	}
	for _, text := range []string{"", "+", "-", "()", "***", `""`} {
		if n := simple(text, false); n != nil {
			t.Errorf("%q reads as %s", text, spelled(n))
		}
	}
}

func TestLuceneSyntax(t *testing.T) {
	for text, want := range map[string]string{
		"rock^2 electronic": "(rock^2 OR electronic)",
		"a AND b OR c":      "(a AND b)",
		"a && NOT b":        "(a AND (NOT b))",
		"+a -b c":           "(a AND (NOT b))",
		"a OR b":            "(a OR b)",
		"(a b) AND c":       "((a OR b) AND c)",
		"Uniersty~":         "uniersty~2",
		"Blue~1":            "blue~1",
		`"airport hotel"~5`: `"airport hotel"~5`,
		"alp*":              "alp*",
		"*pine":             "*pine",
		"/[mh]otel/":        "/[mh]otel/",
		`\(a\)`:             "a",
		"android AND ORDER": "(android AND order)",
		"!a b":              "((NOT a) AND b)",
		`"a b"^3`:           `"a b"^3`,
		"-a":                "(NOT a)",
		"te?t":              "te?t",
	} {
		n, err := lucene(text, false)
		if err != nil {
			t.Errorf("%s: %v", text, err)
		} else if got := spelled(n); got != want {
			t.Errorf("%s reads as %s, want %s", text, got, want)
		}
	}
	for text, want := range map[string]string{
		"(a":                    "A parenthesis is not closed at position 2",
		"a)":                    "A parenthesis closes nothing at position 1",
		`"a`:                    "A quotation mark is not closed at position 2",
		"/a":                    "A regular expression is not closed at position 2",
		"/[/":                   "A regular expression is none at position 3",
		"a AND":                 "An operator has nothing beside it at position 5",
		"OR a":                  "An operator has nothing beside it at position 4",
		"name:a":                "The character ':' has to be escaped at position 4",
		`a\`:                    "A backslash has nothing behind it at position 2",
		"a~1.2.3":               "A number is none at position 7",
		"~":                     "Something stands where a word has to at position 0",
		strings.Repeat("(", 30): "Parentheses nest too deep at position 20",
	} {
		if _, err := lucene(text, false); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

func TestWhatIsFound(t *testing.T) {
	for _, tt := range []struct {
		text   string
		in     []string
		marked string // the first field, "" when nothing is found
	}{
		{"contoso", []string{"Contoso Pharmaceuticals (sample)"}, "{crmhit}Contoso{/crmhit} Pharmaceuticals (sample)"},
		{"maria", []string{"maria@contoso.com"}, "{crmhit}maria{/crmhit}@contoso.com"},
		{"cont", []string{"Contoso"}, ""},
		{"cont*", []string{"Contoso, contact"}, "{crmhit}Contoso{/crmhit}, {crmhit}contact{/crmhit}"},
		{"a AND b", []string{"a", "b"}, "{crmhit}a{/crmhit}"},
		{"a AND c", []string{"a", "b"}, ""},
		{"a AND NOT b", []string{"a b"}, ""},
		{"Uniersty~", []string{"University"}, "{crmhit}University{/crmhit}"},
		{"blue~1", []string{"blues glue bleu blew black"}, "{crmhit}blues{/crmhit} {crmhit}glue{/crmhit} {crmhit}bleu{/crmhit} blew black"},
		{`"airport hotel"~1`, []string{"airport grand hotel"}, "{crmhit}airport{/crmhit} grand {crmhit}hotel{/crmhit}"},
		{`"airport hotel"`, []string{"airport grand hotel"}, ""},
		{"/[mh]otel/", []string{"Hotel motels"}, "{crmhit}Hotel{/crmhit} motels"},
		{"*pine", []string{"Alpine house"}, "{crmhit}Alpine{/crmhit} house"},
		{"p?ne", []string{"pine pane ppne pne"}, "{crmhit}pine{/crmhit} {crmhit}pane{/crmhit} {crmhit}ppne{/crmhit} pne"},
		{"ÄRGER", []string{"viel Ärger"}, "viel {crmhit}Ärger{/crmhit}"},
	} {
		n, err := lucene(tt.text, false)
		if err != nil {
			t.Fatal(err)
		}
		f, found := find(n, fields(tt.in...))
		marked := ""
		if found {
			marked = f.highlights()[0].value.([]string)[0]
		}
		if marked != tt.marked {
			t.Errorf("%s in %q: %q, want %q", tt.text, tt.in, marked, tt.marked)
		}
	}
}

func TestScores(t *testing.T) {
	score := func(text string, in ...string) float64 {
		n, _ := lucene(text, false)
		f, _ := find(n, fields(in...))
		return f.score
	}
	for name, better := range map[string]bool{
		"more often":        score("a", "a a b") > score("a", "a b b"),
		"in a shorter text": score("a", "a") > score("a", "a b c d e f g"),
		"in more fields":    score("a", "a", "a") > score("a", "a", "b"),
		"boosted":           score("a^3 b", "a") > score("a^3 b", "b"),
	} {
		if !better {
			t.Errorf("a word that is found %s does not count for more", name)
		}
	}
}

// A node that is spelled reads as itself, and whatever is typed reads as something.
func TestSpelledIsRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := genNode(3).Draw(t, "node")
		text := spelled(n)
		again, err := lucene(text, false)
		if err != nil || spelled(again) != text {
			t.Fatalf("%s reads as %v, %v", text, again, err)
		}
		in := fields(rapid.StringMatching(`([a-c]{1,2} ){0,6}`).Draw(t, "text"))
		_, one := find(n, in)
		_, other := find(again, in)
		if one != other {
			t.Fatalf("%s is found: %v, and read again: %v", text, one, other)
		}
	})
}

func genNode(depth int) *rapid.Generator[node] {
	leaf := rapid.Custom(func(t *rapid.T) node {
		text := rapid.StringMatching(`[a-cä]{1,3}`).Draw(t, "word")
		switch rapid.IntRange(0, 3).Draw(t, "kind") {
		case 0:
			return word{text: text, prefix: true}
		case 1:
			return word{text: text, edits: rapid.IntRange(1, 2).Draw(t, "edits")}
		case 2:
			return phrase{words: []string{text, "b"}, slop: rapid.IntRange(0, 3).Draw(t, "slop")}
		}
		return word{text: text, boost: float64(rapid.IntRange(0, 3).Draw(t, "boost"))}
	})
	if depth == 0 {
		return leaf
	}
	return rapid.OneOf(leaf, rapid.Custom(func(t *rapid.T) node {
		return all{rapid.SliceOfN(genNode(depth-1), 2, 3).Draw(t, "all")}
	}), rapid.Custom(func(t *rapid.T) node {
		return anyOf{rapid.SliceOfN(genNode(depth-1), 2, 3).Draw(t, "any")}
	}), rapid.Custom(func(t *rapid.T) node { return not{leaf.Draw(t, "not")} }))
}

func FuzzTexts(f *testing.F) {
	for _, text := range []string{"a AND (b OR c*) -d", `"a b"~2^3 /x/ y~1`, `hotel+(wifi | "luxury spa")-x`, `\+1`, "(((", "– ! && ||", "a\x00b\x00|\x00+-\x00"} {
		f.Add(text, "a b c")
	}
	f.Fuzz(func(t *testing.T, text, in string) {
		for _, every := range []bool{false, true} {
			list := []node{simple(text, every)}
			if n, err := lucene(text, every); err == nil {
				list = append(list, n)
			}
			for _, n := range list {
				if n == nil {
					continue
				}
				if f, found := find(n, fields(in)); found {
					for _, m := range f.highlights() {
						plain := strings.NewReplacer(openHit, "", closeHit, "").Replace(m.value.([]string)[0])
						if !strings.Contains(in, openHit) && !strings.Contains(in, closeHit) && plain != in {
							t.Fatalf("%q in %q is marked as %q", text, in, m.value)
						}
					}
				}
			}
		}
	})
}

func FuzzRequest(f *testing.F) {
	f.Add([]byte(`{"search":"a","entities":"[{\"Name\":\"account\",\"SearchColumns\":[\"name\"],\"Filter\":\"a eq 'b'\"}]","facets":"[\"createdon,values:1|2\"]","options":"{'querytype':'lucene'}","orderby":"[\"a desc\"]"}`), false)
	f.Add([]byte(`{"search":"a","filter":"account:x gt 2020-01-01, contact:(y eq 1)","facets":["@search.entityname,count:100"],"searchmode":"all"}`), true)
	f.Fuzz(func(t *testing.T, body []byte, old bool) {
		r, err := Read(Query, old, body)
		if err != nil {
			return
		}
		s := r.Results()
		s.Add(Document{Table: "account", ID: "1", Fields: fields("a b"), Columns: []string{"x"}, Values: map[string]any{"x": "a"}})
		text, err := s.Answer()
		if err != nil || !json.Valid(text) {
			t.Fatalf("%s is answered with %s, %v", body, text, err)
		}
	})
}

func TestRequests(t *testing.T) {
	r, err := Read(Query, false, []byte(`{"top":7,"search":"Contoso","skip":0,"entities":"[{\"Name\":\"account\",\"SelectColumns\":[\"name\",\"createdon\"],\"SearchColumns\":[\"name\"],\"Filter\":\"statecode eq 0\"}]","orderby":"[\"createdon desc\"]","filter":"createdon gt 2022-08-15","count":true,"options":"{'querytype': 'lucene', 'searchmode': 'all'}","facets":"null"}`))
	if err != nil {
		t.Fatal(err)
	}
	if r.Top != 7 || !r.Count || !r.Lucene || !r.Every || r.Filter != "createdon gt 2022-08-15" || len(r.Tables) != 1 || r.Tables[0].Filter != "statecode eq 0" || len(r.Tables[0].Select) != 2 {
		t.Errorf("read as %+v", r)
	}
	r, err = Read(Query, true, []byte(`{"search":"maria","filter":"account:modifiedon ge 2020-04-27T00:00:00, contact: (a eq 1 or b eq 'x,y:z')","returntotalrecordcount":true,"entities":["account"],"searchtype":"full","searchmode":"any"}`))
	if err != nil || r.Filters["account"] != "modifiedon ge 2020-04-27T00:00:00" || r.Filters["contact"] != "(a eq 1 or b eq 'x,y:z')" || !r.Count || !r.Lucene {
		t.Errorf("read as %+v, %v", r, err)
	}
	long := strings.Repeat("x", 101)
	for body, want := range map[string]string{
		`{}`: "The search term must be at least 1 characters long.", `{"search":"` + long + `"}`: "The search term must be at most 100 characters long.",
		`[]`: "The body of the request is no JSON object.", `{"search":"a","top":101}`: "The value of the parameter 'top' must be between 1 and 100.",
		`{"search":"a","color":1}`: "The parameter 'color' is not known.", `{"search":1}`: "The value of the parameter 'search' is of the wrong type.",
		`{"search":"a","facets":"[\"a,sort:x\"]"}`:             "The facet 'a,sort:x' is wrong.",
		`{"search":"a","facets":"[\"a,count:1,values:1|2\"]"}`: "The facet 'a,count:1,values:1|2' is wrong.",
		`{"search":"a","orderby":"[\"a up\"]"}`:                "The clause 'a up' of the parameter 'orderby' is wrong.",
		`{"search":"a","entities":"[{}]"}`:                     "A table of the parameter 'entities' has no name.",
		`{"search":"a","entities":["account"]}`:                "The value of the parameter 'entities' is of the wrong type.",
		`{"search":"(a","options":"{'querytype':'lucene'}"}`:   "Failed to parse query string: A parenthesis is not closed at position 2.",
	} {
		if _, err := Read(Query, false, []byte(body)); err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%.80s: %v, want %s", body, err, want)
		}
	}
	if _, err := Read(Suggest, false, []byte(`{"search":"ab"}`)); err == nil || !strings.HasSuffix(err.Error(), "at least 3 characters long.") {
		t.Errorf("a short suggestion: %v", err)
	}
}

func TestFacets(t *testing.T) {
	r, err := Read(Query, false, []byte(`{"search":"a","top":1,"count":true,"facets":"[\"entityname,count:100\",\"account:industry\",\"ownerid,sort:value\",\"createdon,values:2020-01-01|2021-01-01\",\"createdon,interval:year\",\"size,interval:10\"]"}`))
	if err != nil {
		t.Fatal(err)
	}
	s := r.Results()
	for i, d := range []struct {
		table, owner, created string
		size                  float64
	}{{"account", "o2", "2019-05-01T00:00:00Z", 7}, {"account", "o1", "2020-05-01T00:00:00Z", 12}, {"contact", "o2", "2021-01-01T00:00:00Z", -3}} {
		s.Add(Document{Table: d.table, ID: fmt.Sprint(i), Fields: fields("a"), Columns: []string{"name"}, Values: map[string]any{
			"ownerid": d.owner, "createdon": d.created, "size": d.size, "industry": 1.0, "name": "a",
		}, Shown: map[string]string{"ownerid": "Owner " + d.owner}})
	}
	text, err := s.Answer()
	if err != nil {
		t.Fatal(err)
	}
	var answer struct {
		Facets map[string]json.RawMessage
		Count  int
		Value  []any
	}
	if err := json.Unmarshal(text, &answer); err != nil || answer.Count != 3 || len(answer.Value) != 1 {
		t.Fatalf("%s: %v", text, err)
	}
	for name, want := range map[string]string{
		"entityname":       `[{"Type":"Value","Value":"account","Count":2},{"Type":"Value","Value":"contact","Count":1}]`,
		"account:industry": `[{"Type":"Value","Value":1,"Count":2}]`,
		"ownerid":          `[{"Type":"Value","Value":"o1","OptionalValue":"Owner o1","Count":1},{"Type":"Value","Value":"o2","OptionalValue":"Owner o2","Count":2}]`,
		"size":             `[{"Type":"Value","Value":-10,"Count":1},{"Type":"Value","Value":0,"Count":1},{"Type":"Value","Value":10,"Count":1}]`,
		"createdon":        `[{"Type":"Value","Value":"2019-01-01T00:00:00Z","Count":1},{"Type":"Value","Value":"2020-01-01T00:00:00Z","Count":1},{"Type":"Value","Value":"2021-01-01T00:00:00Z","Count":1}]`,
	} {
		if got := string(answer.Facets[name]); got != want {
			t.Errorf("%s: %s\nwant %s", name, got, want)
		}
	}
	if !strings.Contains(string(text), `[{"Type":"Range","To":"2020-01-01","Count":1},{"Type":"Range","From":"2020-01-01","To":"2021-01-01","Count":1},{"Type":"Range","From":"2021-01-01","Count":1}]`) {
		t.Errorf("ranges: %s", text)
	}
}

func TestRename(t *testing.T) {
	to := func(name string) string {
		if name == "ownerid" {
			return "_ownerid_value"
		}
		return name
	}
	if got := Rename("ownerid eq 5a1f0000-0000-4000-8000-0e10000000a1 and name eq 'ownerid ''ownerid''' or not (ownerid ne null)", to); got != "_ownerid_value eq 5a1f0000-0000-4000-8000-0e10000000a1 and name eq 'ownerid ''ownerid''' or not (_ownerid_value ne null)" {
		t.Error(got)
	}
	text, err := Status(false, nil, time.Time{})
	if err != nil || string(text) != `{"value":{"status":"notprovisioned","lockboxstatus":"Unknown"}}` {
		t.Errorf("%s, %v", text, err)
	}
}
