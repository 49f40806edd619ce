package odata

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/op"
)

// describe spells a path out for comparison.
func describe(p Path) string {
	var b strings.Builder
	fmt.Fprint(&b, [...]string{"service", "metadata", "batch", "set", "row", "property", "navigation", "message"}[p.Kind])
	if p.Table != nil {
		b.WriteString(" " + p.Table.LogicalName)
	}
	key := func(k *op.Key) {
		switch {
		case k == nil:
		case k.Alternate == nil:
			b.WriteString("(" + k.ID.String() + ")")
		default:
			for _, n := range k.Alternate.Values {
				fmt.Fprintf(&b, " [%s=%s%d]", n.Column.LogicalName, n.Value.Text(), n.Value.Int())
			}
		}
	}
	key(p.Key)
	if p.Column != nil {
		b.WriteString(" ." + p.Column.LogicalName)
	}
	if p.Nav.Name != "" {
		b.WriteString(" /" + p.Nav.Name)
		key(p.NavKey)
	}
	if p.Message != "" {
		fmt.Fprintf(&b, " %s%v", p.Message, p.Arguments)
	}
	return b.String() + [...]string{"", " $count", " $ref", " $value"}[p.Suffix]
}

func TestPaths(t *testing.T) {
	const row = "accounts(" + litware + ")"
	r := asAda(t)
	for raw, want := range map[string]string{
		"":                                    "service",
		"$metadata":                           "metadata",
		"$batch":                              "batch",
		"accounts":                            "set account",
		"accounts/":                           "set account",
		"accounts()":                          "set account",
		"accounts/$count":                     "set account $count",
		row:                                   "row account(" + litware + ")",
		strings.ToUpper(row[8:]):              "",
		"accounts" + strings.ToUpper(row[8:]): "row account(" + litware + ")",
		"accounts(accountid=" + litware + ")": "row account(" + litware + ")",
		"accounts%28" + litware + "%29":       "row account(" + litware + ")",
		"accounts(name='A''B')":               "row account [name=A'B0]",
		"accounts(name='a%2Fb(c)',numberofemployees=5)":              "row account [name=a/b(c)0] [numberofemployees=5]",
		"accounts(name='a/b')":                                       "row account [name=a/b0]",
		"accounts(name=%27a/b%27)":                                   "row account [name=a/b0]",
		"accounts(_primarycontactid_value=" + susanna + ",name='x')": "row account [primarycontactid=0] [name=x0]",
		"systemusers(ownerid=" + someUser + ")":                      "row systemuser(" + someUser + ")",
		row + "/name":                                                "property account(" + litware + ") .name",
		row + "/name/$value":                                         "property account(" + litware + ") .name $value",
		row + "/_primarycontactid_value":                             "property account(" + litware + ") .primarycontactid",
		row + "/primarycontactid":                                    "navigation account(" + litware + ") /primarycontactid",
		row + "/primarycontactid/$ref":                               "navigation account(" + litware + ") /primarycontactid $ref",
		row + "/Account_Tasks":                                       "navigation account(" + litware + ") /Account_Tasks",
		row + "/Account_Tasks/$count":                                "navigation account(" + litware + ") /Account_Tasks $count",
		row + "/Account_Tasks(" + someTeam + ")/$ref":                "navigation account(" + litware + ") /Account_Tasks(" + someTeam + ") $ref",
		row + "/Microsoft.Dynamics.CRM.X(A='x,y',B=@p1)":             "message account(" + litware + ") X[{A 'x,y'} {B @p1}]",
		"accounts/Microsoft.Dynamics.CRM.CreateMultiple":             "message account CreateMultiple[]",
		"WhoAmI":   "message WhoAmI[]",
		"WhoAmI()": "message WhoAmI[]",
		"RetrieveX(Target={'@odata.id':'accounts(1)'},Names=[\"a\",\"b\"])": `message RetrieveX[{Target {'@odata.id':'accounts(1)'}} {Names ["a","b"]}]`,
		"foos": "message foos[]",
	} {
		p, err := r.ReadPath(raw)
		if want == "" {
			if err == nil {
				t.Errorf("%s: no refusal", raw)
			}
			continue
		}
		if got := describe(p); err != nil || got != want {
			t.Errorf("%s\n got %s (%v)\nwant %s", raw, got, err, want)
		}
	}
}

func TestPathsRefused(t *testing.T) {
	const row = "accounts(" + litware + ")"
	const wrongKey = "The key in the request URI is not valid for resource 'Microsoft.Dynamics.CRM.account'. Ensure that the names and number of key properties match the declared or alternate key properties for the resource 'Microsoft.Dynamics.CRM.account'."
	r := asAda(t)
	for raw, c := range map[string]struct {
		entry   dverr.Entry
		message string
	}{
		"accounts(123)":                  {dverr.BadKeySyntax, "Bad Request - Error in query syntax."},
		"accounts({" + litware + "})":    {dverr.BadKeySyntax, "Bad Request - Error in query syntax."},
		"accounts('" + litware + "')":    {dverr.BadKeySyntax, "Bad Request - Error in query syntax."},
		"accounts(accountid=5)":          {dverr.BadKeySyntax, "Bad Request - Error in query syntax."},
		"accounts(" + litware:            {dverr.BadKeySyntax, "Bad Request - Error in query syntax."},
		"accounts(%zz)":                  {dverr.BadKeySyntax, "Bad Request - Error in query syntax."},
		"accounts//name":                 {dverr.BadKeySyntax, "Bad Request - Error in query syntax."},
		"accounts(foo='x')":              {dverr.QueryInvalid, wrongKey},
		"foos(" + litware + ")":          {dverr.SegmentNotFound, "Resource not found for the segment 'foos'."},
		"foos/bar":                       {dverr.SegmentNotFound, "Resource not found for the segment 'foos'."},
		"$entity":                        {dverr.SegmentNotFound, "Resource not found for the segment '$entity'."},
		row + "/foo":                     {dverr.SegmentNotFound, "Resource not found for the segment 'foo'."},
		row + "/$count":                  {dverr.SegmentNotFound, "Resource not found for the segment '$count'."},
		row + "/name/foo":                {dverr.SegmentNotFound, "Resource not found for the segment 'foo'."},
		row + "/primarycontactid/$count": {dverr.SegmentNotFound, "Resource not found for the segment '$count'."},
		row + "/primarycontactid/parentcustomerid_account": {dverr.NotImplemented, "A path of more than one navigation property is not yet implemented."},
		"EntityDefinitions(LogicalName='account')":         {dverr.NotImplemented, "The resource 'EntityDefinitions' is not yet implemented."},
		row + "/primarycontactid(" + susanna + ")":         {dverr.QueryInvalid, "The request URI is not valid. The segment 'primarycontactid' cannot include key predicates, however it may end with empty parenthesis."},
		strings.Repeat("a", 66000):                         {dverr.PayloadTooLarge, "The URL of the request exceeds the maximum length of 65,536 characters."},
	} {
		_, err := r.ReadPath(raw)
		refused(t, raw[:min(len(raw), 80)], err, c.entry, c.message)
	}
	for _, key := range []string{"accounts(description='x')", "accounts(numberofemployees=5)", "accounts(name='a',name='b')", "accounts(name=null)", "accounts(accountid=null)", "accounts(name='x',numberofemployees=null)"} {
		_, err := r.ReadPath(key)
		refused(t, key, err, dverr.QueryInvalid, wrongKey)
	}
	_, err := r.ReadPath("systemusers(systemuserid=" + someUser + ")")
	refused(t, "the id of users, whose key is ownerid", err, dverr.QueryInvalid, strings.ReplaceAll(wrongKey, "CRM.account'", "CRM.systemuser'"))
}

func TestReferences(t *testing.T) {
	r := asAda(t)
	for _, uri := range []string{
		"contacts(" + susanna + ")", "/contacts(" + susanna + ")", "contacts({" + strings.ToUpper(susanna) + "})", "contacts(contactid=" + susanna + ")",
		"/api/data/v9.1/contacts(" + susanna + ")", root + "contacts(" + susanna + ")", "https://CONTOSO.example/api/data/v9.0/contacts(" + susanna + ")",
	} {
		if k, err := r.ReadReference(uri); err != nil || k.ID != id(susanna) || k.Table != r.Model.Table("contact") {
			t.Errorf("%s: %v %v", uri, k, err)
		}
	}
	for uri, want := range map[string]dverr.Entry{
		"https://fabrikam.example/api/data/v9.2/contacts(" + susanna + ")": dverr.QueryInvalid, "https://contoso.example/contacts(" + susanna + ")": dverr.QueryInvalid,
		"$1": dverr.QueryInvalid, "contacts": dverr.BadKeySyntax, "": dverr.BadKeySyntax, "people(" + susanna + ")": dverr.SegmentNotFound, "contacts(fullname='x')": dverr.QueryInvalid,
		"contacts(" + susanna + ")/fullname": dverr.BadKeySyntax,
	} {
		if _, err := r.ReadReference(uri); !want.Is(err) {
			t.Errorf("%s: %v, want %s", uri, err, want.Name)
		}
	}
}

func FuzzPath(f *testing.F) {
	for _, s := range []string{"accounts(" + litware + ")/name/$value", "accounts(name='a%2Fb',x=1)/Account_Tasks(1)/$ref", "WhoAmI(A={'x':[1]})", "%27%28", "$metadata"} {
		f.Add(s)
	}
	r := asAda(f)
	f.Fuzz(func(t *testing.T, raw string) {
		if p, err := r.ReadPath(raw); err == nil {
			describe(p)
		} else if dverr.From(err).HTTPStatus() == 500 {
			t.Fatalf("%q: %v", raw, err)
		}
		if _, err := r.ReadReference(raw); err != nil && dverr.From(err).HTTPStatus() == 500 {
			t.Fatalf("%q: %v", raw, err)
		}
	})
}
