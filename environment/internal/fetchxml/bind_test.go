package fetchxml

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/query"
)

func TestTrees(t *testing.T) {
	r := request(t)
	r.Labels, r.Types = true, true
	for _, tt := range []struct{ text, want string }{
		{`<fetch><entity name="account"><attribute name="revenue"/><attribute name="ownerid"/></entity></fetch>`,
			`account t0 {t0.revenue+label t0.ownerid+label+type t0.accountid} order t0.accountid limit 5000`},
		{`<fetch top="3"><entity name="account"><no-attrs/><order attribute="ownerid"/><order attribute="size"/></entity></fetch>`,
			`account t0 {t0.accountid} order t0.ownerid+label order t0.size+label order t0.accountid limit 3`},
		{`<fetch useraworderby="true" page="3" count="10"><entity name="account"><attribute name="name"/><order attribute="size"/></entity></fetch>`,
			`account t0 {t0.name t0.accountid} order t0.size order t0.accountid offset 20 limit 10`},
		{`<fetch><entity name="account"><attribute name="name"/><link-entity name="contact" from="parentcustomerid" to="accountid" alias="c"><attribute name="fullname"/><attribute name="contactid" alias="id"/><order attribute="fullname"/></link-entity></entity></fetch>`,
			`account t0 {t0.name t0.accountid t1.fullname as "c.fullname" t1.contactid as "id"} inner (and (eq t1.parentcustomerid t0.accountid) (eq t1.parentcustomeridtype 1))(contact t1 {}) order t1.fullname order t0.accountid order t1.contactid limit 5000`},
		{`<fetch><entity name="account"><attribute name="name"/><link-entity name="contact" from="contactid" to="primarycontactid" link-type="outer"><attribute name="fullname"/></link-entity></entity></fetch>`,
			`account t0 {t0.name t0.accountid t1.fullname as "contact1.fullname"} outer (eq t1.contactid t0.primarycontactid)(contact t1 {}) order t0.accountid limit 5000`},
		{`<fetch distinct="true"><entity name="account"><attribute name="name"/><order attribute="employees"/></entity></fetch>`,
			`account t0 {distinct t0.name t0.employees} order t0.employees order t0.name limit 5000`},
		{`<fetch aggregate="true"><entity name="account"><attribute name="name" groupby="true" alias="n"/><attribute name="revenue" aggregate="avg" alias="a" distinct="true"/><order alias="a" descending="true"/></entity></fetch>`,
			`account t0 {grouped t0.name as "n" average once t0.revenue+label as "a"} order t0.revenue output 2 desc order t0.name output 1 limit 5000 count 50000`},
		{`<fetch returntotalrecordcount="true"><entity name="account"><attribute name="name"/><filter type="or"/></entity></fetch>`,
			`account t0 {t0.name t0.accountid} where (and) order t0.accountid limit 5000 count 5000`},
		{`<fetch><entity name="account"><attribute name="name"/><link-entity name="account" from="accountid" to="parentaccountid" alias="p"/><filter><condition attribute="name" operator="ne" valueof="p.name"/></filter></entity></fetch>`,
			`account t0 {t0.name t0.accountid} where (and (ne t0.name t1.name)) inner (eq t1.accountid t0.parentaccountid)(account t1 {}) order t0.accountid limit 5000`},
		{`<fetch><entity name="account"><attribute name="name"/><filter><link-entity name="account" from="parentaccountid" to="accountid" link-type="all"><filter><condition attribute="name" operator="null"/></filter></link-entity></filter></entity></fetch>`,
			`account t0 {t0.name t0.accountid} where (and (not (exists account t1 {} where (and (eq t1.parentaccountid t0.accountid) (not (exists account t2 {} where (and (eq t2.accountid t1.accountid) (and (null t2.name)))))))))` +
				` order t0.accountid limit 5000`},
	} {
		q, err := r.read(t, tt.text)
		if err != nil {
			t.Errorf("%s: %v", tt.text, err)
			continue
		}
		if got := query.Print(q.Select); got != tt.want {
			t.Errorf("%s\ngot  %s\nwant %s", tt.text, got, tt.want)
		}
	}
}

// TestCookies: what a page's cookie says leads to the rows after it, however many
// coverings the client took off.
func TestCookies(t *testing.T) {
	r := request(t)
	page := func(n, cookie string) string {
		return `<fetch count="2" page="` + n + `" paging-cookie="` + cookie + `"><entity name="account"><attribute name="name"/><order attribute="name" descending="true"/><order attribute="employees"/></entity></fetch>`
	}
	q, err := r.read(t, page("1", ""))
	if err != nil {
		t.Fatal(err)
	}
	first := []query.Value{query.Text("z"), query.Int(1), query.GUID(ada)}
	last := []query.Value{query.Text(`<"m" & 'n'>`), query.Null(), query.GUID(sales)}
	outer := q.Cookie(first, last)
	if !strings.HasPrefix(outer, `<cookie pagenumber="2" pagingcookie="%253ccookie%2520page%253d%25221%2522%253e`) || !strings.HasSuffix(outer, `" istracking="False" />`) {
		t.Error(outer)
	}
	_, encoded, _ := strings.Cut(outer, `pagingcookie="`)
	encoded, _, _ = strings.Cut(encoded, `"`)
	once, err1 := url.QueryUnescape(encoded)
	inner, err2 := url.QueryUnescape(once)
	if err1 != nil || err2 != nil || !strings.Contains(inner, `<employees lastnull="1" first="1" /><accountid last="{00000000-0000-0000-0000-000000005A1E}" first="{`) {
		t.Fatal(inner, err1, err2)
	}
	want := `after ["<\"m\" & 'n'>" null ` + sales.String() + `]`
	for _, covered := range []string{outer, encoded, once, inner} {
		p := &printer{}
		p.text(covered)
		next, err := r.read(t, page("2", p.b.String()))
		if err != nil {
			t.Errorf("%s: %v", covered, err)
			continue
		}
		if got := query.Print(next.Select); !strings.Contains(got, want) || next.Select.Offset != 0 {
			t.Errorf("%s: %s", covered, got)
		}
		if far, err := r.read(t, page("4", p.b.String())); err != nil || far.Select.After != nil || far.Select.Offset != 6 {
			t.Errorf("%s: of another page: %v", covered, err)
		}
	}
}

func TestCookiesRefused(t *testing.T) {
	r := request(t)
	for cookie, want := range map[string]dverr.Entry{
		"x":                   dverr.InvalidPagingCookie,
		"%":                   dverr.InvalidPagingCookie,
		`<cookie/>`:           dverr.InvalidPagingCookie,
		`<cookie page='0'/>`:  dverr.InvalidPagingCookie,
		`<biscuit page='1'/>`: dverr.InvalidPagingCookie,
		`<cookie page='1'><name last='x'/></cookie>`:                                 dverr.FetchCookieOrder,
		`<cookie page='1'><accountid last='x'/></cookie>`:                            dverr.InvalidPagingCookie,
		`<cookie page='1'><accountid last='x'/><accountid last='x'/></cookie>`:       dverr.FetchCookieOrder,
		`<!DOCTYPE x><cookie page='1'><accountid last='` + "x" + `'/></cookie>`:      dverr.InvalidPagingCookie,
		`<cookie pagenumber='2' pagingcookie='%3cx%3e' istracking='False'></cookie>`: dverr.InvalidPagingCookie,
	} {
		p := &printer{}
		p.text(cookie)
		_, err := r.read(t, `<fetch page="2" paging-cookie="`+p.b.String()+`"><entity name="account"><attribute name="name"/></entity></fetch>`)
		if d := refusal(t, err); d.Entry != want {
			t.Errorf("%s: %v, want %s", cookie, d, want.Name)
		}
	}
}

// A query whose rows are not those of its table one by one has no cookie.
func TestQueriesWithoutCookies(t *testing.T) {
	r := request(t)
	for _, text := range []string{
		`<fetch top="1"><entity name="account"/></fetch>`,
		`<fetch distinct="true"><entity name="account"><attribute name="name"/></entity></fetch>`,
		`<fetch aggregate="true"><entity name="account"><attribute name="name" groupby="true" alias="n"/></entity></fetch>`,
		`<fetch><entity name="account"><link-entity name="contact" from="parentcustomerid" to="accountid"/></entity></fetch>`,
		`<fetch><entity name="account"><link-entity name="contact" from="contactid" to="primarycontactid"><order attribute="fullname"/></link-entity></entity></fetch>`,
	} {
		q, err := r.read(t, text)
		if err != nil {
			t.Fatal(err)
		}
		values := make([]query.Value, len(q.Select.Order))
		if got := q.Cookie(values, values); got != "" {
			t.Errorf("%s: %s", text, got)
		}
	}
}
