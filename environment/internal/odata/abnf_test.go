package odata

import (
	"bufio"
	"os"
	"strings"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// published is a line of testdata/abnf.txt.
type published struct{ verdict, rule, input, message string }

func readPublished(t *testing.T) []published {
	t.Helper()
	f, err := os.Open("testdata/abnf.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []published
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if line := lines.Text(); line != "" && !strings.HasPrefix(line, "#") {
			w := append(strings.Split(line, "\t"), "")
			all = append(all, published{w[0], w[1], w[2], w[3]})
		}
	}
	return all
}

// parsed parses an input by its rule, and gives it as it prints.
func (p published) parsed(t *testing.T) (string, error) {
	t.Helper()
	if p.rule == "options" {
		o, err := readOptions(p.input)
		if err == nil {
			err = readCount(&query.Select{}, o.count)
		}
		return "", err
	}
	text, ok := decodeQuery(p.input)
	if !ok {
		t.Fatalf("%s cannot be decoded", p.input)
	}
	return parsedAs(p.rule, text)
}

func parsedAs(rule, text string) (string, error) {
	switch rule {
	case "filter":
		e, err := parseFilter(text)
		if err != nil {
			return "", err
		}
		return printExpr(e), nil
	case "orderby":
		items, err := parseOrder(text)
		var all []string
		for _, item := range items {
			all = append(all, printExpr(item.of)+map[bool]string{true: " desc"}[item.descending])
		}
		return strings.Join(all, ","), err
	case "select":
		names, err := parseSelect(&text)
		return strings.Join(names, ","), err
	}
	items, err := parseExpand(text)
	return printItems(items), err
}

func printItems(items []expandItem) string {
	var all []string
	for _, item := range items {
		text := item.name
		if item.ref {
			text += "/$ref"
		}
		var options []string
		for _, o := range item.link {
			options = append(options, o.name+"="+o.value)
		}
		if options != nil {
			text += "(" + strings.Join(options, ";") + ")"
		}
		all = append(all, text)
	}
	return strings.Join(all, ",")
}

// TestPublishedCases holds the parsers against the published cases of OData's grammar:
// what the service supports parses, and prints as what parses to the same; what it lacks
// is refused in its words; what is no OData is refused at a position.
func TestPublishedCases(t *testing.T) {
	count := map[string]int{}
	for _, p := range readPublished(t) {
		count[p.verdict]++
		printed, err := p.parsed(t)
		switch p.verdict {
		case "valid":
			p.isValid(t, printed, err)
		case "unsupported":
			if err == nil {
				_, err = atNoon(t).where(p.input, nil)
			}
			if err == nil || dverr.From(err).HTTPStatus() < 400 || dverr.From(err).Message != p.message {
				t.Errorf("%s %s: %v, want %s", p.rule, p.input, err, p.message)
			}
		case "invalid":
			if err == nil || dverr.From(err).HTTPStatus() != 400 || dverr.From(err).Message != p.message {
				t.Errorf("%s %s: %v, want %s", p.rule, p.input, err, p.message)
			}
		default:
			t.Errorf("no verdict: %v", p)
		}
	}
	if count["valid"] < 60 || count["unsupported"] < 60 || count["invalid"] < 10 {
		t.Errorf("cases are missing: %v", count)
	}
}

func (p published) isValid(t *testing.T, printed string, err error) {
	t.Helper()
	if err != nil {
		t.Errorf("%s %s: %v", p.rule, p.input, err)
		return
	}
	if p.rule == "options" {
		return
	}
	if again, err := parsedAs(p.rule, printed); err != nil || again != printed {
		t.Errorf("%s %s prints as %s, which prints as %s: %v", p.rule, p.input, printed, again, err)
	}
}

func FuzzExpand(f *testing.F) {
	for _, seed := range []string{
		"primarycontactid($select=fullname;$expand=createdby($select=fullname)),Account_Tasks($filter=subject eq 'a;(b)';$top=2)",
		"primarycontactid/$ref,ownerid", "Account_Tasks($orderby=regardingobjectid_account_task/name desc)", "a(b(c", "accountlist_association($expand=x)",
	} {
		f.Add(seed)
	}
	r := atNoon(f)
	f.Fuzz(func(t *testing.T, text string) {
		items, err := parseExpand(text)
		if err != nil {
			return
		}
		printed := printItems(items)
		again, err := parseExpand(printed)
		if err != nil || printItems(again) != printed {
			t.Fatalf("%q prints as %q: %v", text, printed, err)
		}
		e := &expander{Request: r}
		s := &query.Select{Table: r.Model.Table("account")}
		if _, err := e.bind(s, items); err == nil && query.Print(query.Clone(s)) != query.Print(s) {
			t.Fatalf("the copy of %q differs", text)
		}
	})
}
