package odata

import (
	"net/url"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/query"
)

func TestReadFetch(t *testing.T) {
	for _, tt := range []struct {
		raw, want string
		given     bool
		count     bool
		refused   *dverr.Entry
	}{
		{raw: ""},
		{raw: "$select=name&x=fetchXml"},
		{raw: "fetchXml=%3Cfetch+a%3D%221%22%2F%3E", given: true, want: `<fetch a="1"/>`},
		{raw: "fetchxml=%3Ca%2B%3E&mine=1", given: true, want: "<a+>"},
		{raw: "fetchXml=", given: true},
		{raw: "fetchXml=a&fetchXml=b", given: true, refused: &dverr.QueryInvalid},
		{raw: "$filter=a&fetchXml=b", given: true, refused: &dverr.QueryInvalid},
		{raw: "fetchXml=b&%24count=true", given: true, count: true, want: "b"},
		{raw: "fetchXml=b&$count=maybe", given: true, refused: &dverr.QueryInvalid},
		{raw: "fetchXml=%3", given: true, refused: &dverr.BadKeySyntax},
	} {
		text, given, count, err := ReadFetch(tt.raw)
		switch {
		case given != tt.given || count != tt.count:
			t.Errorf("%s: given %v, count %v", tt.raw, given, count)
		case tt.refused != nil:
			if !tt.refused.Is(err) {
				t.Errorf("%s: %v", tt.raw, err)
			}
		case err != nil || text != tt.want:
			t.Errorf("%s: %q, %v", tt.raw, text, err)
		}
	}
}

// FuzzApply: whatever stands in $apply is read or refused, and what was read is a
// tree.
func FuzzApply(f *testing.F) {
	for _, s := range []string{
		"aggregate($count as n,revenue with sum as s)", "groupby((name,primarycontactid/fullname),aggregate(revenue with max as m))",
		"filter(name eq 'a/(b')/filter(revenue gt 5)/groupby((name))", "groupby((", "aggregate()", "filter(@p)/aggregate($count as n)",
	} {
		f.Add(s)
	}
	r := asAda(f)
	f.Fuzz(func(t *testing.T, text string) {
		q, given, err := r.ReadApply(r.Model.Table("account"), "$apply="+url.QueryEscape(text))
		switch {
		case !given:
			t.Fatal("not found")
		case err == nil:
			query.Print(query.Clone(q.Select))
		case dverr.From(err).HTTPStatus() >= 500 && !dverr.NotImplemented.Is(err):
			t.Fatalf("%q: %v", text, err)
		}
	})
}
