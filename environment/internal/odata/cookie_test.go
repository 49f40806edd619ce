package odata

import (
	"encoding/json"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// firstPage answers one full page whose last row has the given cells and gives the
// query string of its next link.
func firstPage(t testing.TB, r Request, raw string, last values) string {
	t.Helper()
	q := mustRead(t, r, "accounts", raw, false)
	p := pageOf(q, last)
	p.More = func() bool { return true }
	var body struct {
		Next string `json:"@odata.nextLink"`
	}
	if err := json.Unmarshal([]byte(collection(t, r, q, p)), &body); err != nil {
		t.Fatal(err)
	}
	if body.Next == "" {
		return ""
	}
	link, ok := strings.CutPrefix(body.Next, root+"accounts?")
	if !ok {
		t.Fatalf("the link is %s", body.Next)
	}
	return link
}

func asAdaPaging(t testing.TB) Request {
	r := asAda(t)
	r.PageSize = 1
	return r
}

func TestNextLinkLooksLikeTheService(t *testing.T) {
	link := firstPage(t, asAdaPaging(t), "$select=name&$filter=contains(name,'a%26b c')", values{"name": "x", "accountid": id(litware)})
	want := regexp.MustCompile(`^\$select=name&\$filter=contains\(name,'a%26b%20c'\)&\$skiptoken=%3Ccookie%20pagenumber=%222%22%20pagingcookie=%22%253ccookie%2520page%253d%25221%2522%2520seal%253d%2522[\w-]+%2522%253e` +
		`%253caccountid%2520last%253d%2522%257b78914942-34CB-ED11-B596-0022481D68CD%257d%2522%2520%252f%253e%253c%252fcookie%253e%22%20istracking=%22False%22%20/%3E$`)
	if !want.MatchString(link) {
		t.Errorf("%s", link)
	}
}

// A page that is not full, a last page and a page cut by $top have no next link.
func TestNextLinkOnlyWhenMoreRowsExist(t *testing.T) {
	r := asAdaPaging(t)
	q := mustRead(t, r, "accounts", "$select=name", false)
	if got := collection(t, r, q, pageOf(q, values{"accountid": id(litware)})); strings.Contains(got, "nextLink") {
		t.Error(got)
	}
	p := pageOf(q)
	p.More = func() bool { return true }
	if got := collection(t, r, q, p); strings.Contains(got, "nextLink") {
		t.Error(got)
	}
	r.PageSize = 0
	if link := firstPage(t, r, "$select=name&$top=1", values{"accountid": id(litware)}); link != "" {
		t.Error(link)
	}
}

// Every type of order key comes back as it went, null included, whatever clients do
// to the link's encoding.
func TestNextLinkRoundTrips(t *testing.T) {
	r := asAdaPaging(t)
	raw := "$select=name&$orderby=name,revenue desc,latitude,createdon,_primarycontactid_value&$filter=name ne 'a b%2Bc'"
	rows := []values{
		{"name": `50%+1 <"A&B'> é😀` + "\n", "revenue": int64(-9223372036854775808), "latitude": 0.1, "createdon": int64(-1), "primarycontactid.label": "Müller &#43; Söhne", "accountid": id(litware)},
		{"name": "", "revenue": int64(0), "latitude": 1e300, "accountid": id(litware)},
	}
	for _, row := range rows {
		link := firstPage(t, r, raw, row)
		decoded, err := url.QueryUnescape(link[strings.Index(link, "$skiptoken=")+len("$skiptoken="):])
		if err != nil {
			t.Fatal(err)
		}
		rest := link[:strings.Index(link, "$skiptoken=")]
		once, _ := url.PathUnescape(decoded)
		for name, sent := range map[string]string{
			"as it is":              link,
			"form encoding":         rest + "$skiptoken=" + url.QueryEscape(decoded),
			"path encoding":         rest + "$skiptoken=" + url.PathEscape(decoded),
			"encoded twice":         rest + "$skiptoken=" + url.QueryEscape(url.PathEscape(decoded)),
			"cookie decoded":        rest + "$skiptoken=" + url.QueryEscape(once),
			"options in form style": strings.ReplaceAll(rest, "%20", "+") + "$skiptoken=" + url.QueryEscape(decoded),
			"dollars encoded":       strings.ReplaceAll(link, "$", "%24"),
			"quotes encoded":        strings.ReplaceAll(link, "'", "%27"),
		} {
			q, err := r.ReadQuery(r.Model.Set("accounts"), sent, false)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if got, want := query.Print(q.Select), afterText(r, t, raw, row); got != want {
				t.Errorf("%s\n got %s\nwant %s", name, got, want)
			}
			if q.page != 2 {
				t.Errorf("%s: page %d", name, q.page)
			}
		}
	}
}

// afterText prints the tree that should continue after row.
func afterText(r Request, t testing.TB, raw string, row values) string {
	q := mustRead(t, r, "accounts", raw, false)
	q.Select.After = make([]query.Value, len(q.Select.Order))
	for i, o := range q.Select.Order {
		name := o.Col.C.LogicalName
		if o.ByLabel {
			name += ".label"
		}
		switch v := row[name].(type) {
		case string:
			q.Select.After[i] = query.Text(v)
		case int64:
			q.Select.After[i] = query.Int(v)
		case float64:
			q.Select.After[i] = query.Float(v)
		case meta.ID:
			q.Select.After[i] = query.GUID(v)
		}
	}
	return query.Print(q.Select)
}

func TestNextLinkCannotBeForged(t *testing.T) {
	ada := asAdaPaging(t)
	link := firstPage(t, ada, "$select=name&$filter=name ne 'x'", values{"name": "b", "accountid": id(litware)})
	ben := request(ada.Model, "ben")
	for name, c := range map[string]struct {
		r    Request
		sent string
	}{
		"another caller":   {ben, link},
		"another filter":   {ada, strings.Replace(link, "ne%20'x'", "ne%20'y'", 1)},
		"another column":   {ada, strings.Replace(link, "$select=name", "$select=revenue", 1)},
		"another order":    {ada, strings.Replace(link, "$select=name", "$select=name&$orderby=name", 1)},
		"another row":      {ada, strings.Replace(link, "78914942", "00000000", 1)},
		"another page":     {ada, strings.Replace(link, "pagenumber=%222", "pagenumber=%223", 1)},
		"page zero":        {ada, "$skiptoken=<cookie pagenumber=\"0\" pagingcookie=\"\" istracking=\"False\" />"},
		"no cookie":        {ada, "$skiptoken=2"},
		"the real service": {ada, "$skiptoken=%3Ccookie%20pagenumber=%222%22%20pagingcookie=%22%253ccookie%2520page%253d%25221%2522%253e%253caccountid%2520last%253d%2522%257b78914942-34CB-ED11-B596-0022481D68CD%257d%2522%2520first%253d%2522%257b78914942-34CB-ED11-B596-0022481D68CD%257d%2522%2520%252f%253e%253c%252fcookie%253e%22%20istracking=%22False%22%20/%3E"},
	} {
		_, err := c.r.ReadQuery(c.r.Model.Set("accounts"), c.sent, false)
		refused(t, name, err, dverr.InvalidPagingCookie, "Invalid page number in paging cookie.")
	}
	if _, err := ada.ReadQuery(ada.Model.Set("contacts"), link, false); !dverr.UnknownProperty.Is(err) {
		t.Errorf("another table: %v", err)
	}
	ada.Seal = nil
	if _, err := ada.ReadQuery(ada.Model.Set("accounts"), link, false); err != errNoSeal {
		t.Errorf("no seal: %v", err)
	}
}

func FuzzSkipToken(f *testing.F) {
	r := asAdaPaging(f)
	f.Add(firstPage(f, r, "$orderby=name", values{"name": "b", "accountid": id(litware)}), "x")
	f.Add("<cookie pagenumber=\"2\" pagingcookie=\"<cookie page=\"1\" seal=\"\">", "%25+&#37;")
	f.Fuzz(func(t *testing.T, token, name string) {
		q := mustRead(t, r, "accounts", "$orderby=name", false)
		if err := r.readSkipToken(q, token); err != nil && !dverr.InvalidPagingCookie.Is(err) {
			t.Fatalf("%q: %v", token, err)
		}
		name = strings.ToValidUTF8(name, "?")
		row := values{"name": name, "accountid": id(litware)}
		q = mustRead(t, r, "accounts", firstPage(t, r, "$orderby=name", row), false)
		if got := q.Select.After[0].Text(); got != name {
			t.Fatalf("%q came back as %q", name, got)
		}
	})
}
