package odata

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// Bodies of the public samples, member by member and in their order.
func TestCollections(t *testing.T) {
	for _, c := range []struct {
		name, set, raw, annotations string
		rows                        []values
		want                        string
	}{
		{"no rows", "accounts", "$select=name", "", nil, `{"@odata.context":"<root>$metadata#accounts(name)","value":[]}`},
		{"names", "accounts", "$select=name&$top=3", "*",
			[]values{{"name": "Test Account 1", "accountid": id(litware), "version": int64(4648334)}},
			`{"@odata.context":"<root>$metadata#accounts(name)","@Microsoft.Dynamics.CRM.totalrecordcount":-1,"@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded":false,"@Microsoft.Dynamics.CRM.globalmetadataversion":"812","value":[{"@odata.etag":"W/\"4648334\"","name":"Test Account 1","accountid":"` + litware + `"}]}`},
		{"money brings its currency", "accounts", "$select=name,revenue", "",
			[]values{{"name": "Litware, Inc. (sample)", "revenue": int64(200000000), "transactioncurrencyid": id(dollar), "accountid": id(litware), "version": int64(81052965)}},
			`{"@odata.context":"<root>$metadata#accounts(name,revenue)","value":[{"@odata.etag":"W/\"81052965\"","name":"Litware, Inc. (sample)","revenue":20000.0000,"_transactioncurrencyid_value":"` + dollar + `","accountid":"` + litware + `"}]}`},
		{"formatted values", "accounts", "$select=name,revenue,_primarycontactid_value,industrycode,createdon", formattedValue,
			[]values{{"name": "Litware, Inc. (sample)", "revenue": int64(200000000), "revenue.label": "$", "primarycontactid": id(susanna), "primarycontactid.label": "Susanna Stubberod (sample)",
				"industrycode": int64(1), "createdon": int64(1680904741), "transactioncurrencyid": id(dollar), "transactioncurrencyid.label": "US Dollar", "accountid": id(litware), "version": int64(1)}},
			`{"@odata.context":"<root>$metadata#accounts(name,revenue,_primarycontactid_value,industrycode,createdon)","value":[{"@odata.etag":"W/\"1\"","name":"Litware, Inc. (sample)",` +
				`"revenue@OData.Community.Display.V1.FormattedValue":"$20,000.00","revenue":20000.0000,` +
				`"_primarycontactid_value@OData.Community.Display.V1.FormattedValue":"Susanna Stubberod (sample)","_primarycontactid_value":"` + susanna + `",` +
				`"industrycode@OData.Community.Display.V1.FormattedValue":"Accounting","industrycode":1,` +
				`"createdon@OData.Community.Display.V1.FormattedValue":"4/7/2023 9:59 PM","createdon":"2023-04-07T21:59:01Z",` +
				`"_transactioncurrencyid_value@OData.Community.Display.V1.FormattedValue":"US Dollar","_transactioncurrencyid_value":"` + dollar + `","accountid":"` + litware + `"}]}`},
		{"owners of two types", "accounts", "$select=name,_ownerid_value&$top=2", associatedNavigation + "," + lookupLogicalName,
			[]values{{"name": "Adventure Works (sample)", "ownerid": id(someTeam), "ownerid.type": int64(9), "accountid": id(litware), "version": int64(81550512)},
				{"name": "Litware, Inc. (sample)", "ownerid": id(someUser), "ownerid.type": int64(8), "accountid": id(litware), "version": int64(81359849)}},
			`{"@odata.context":"<root>$metadata#accounts(name,_ownerid_value)","value":[{"@odata.etag":"W/\"81550512\"","name":"Adventure Works (sample)",` +
				`"_ownerid_value@Microsoft.Dynamics.CRM.associatednavigationproperty":"ownerid","_ownerid_value@Microsoft.Dynamics.CRM.lookuplogicalname":"team","_ownerid_value":"` + someTeam + `","accountid":"` + litware + `"},` +
				`{"@odata.etag":"W/\"81359849\"","name":"Litware, Inc. (sample)","_ownerid_value@Microsoft.Dynamics.CRM.associatednavigationproperty":"ownerid","_ownerid_value@Microsoft.Dynamics.CRM.lookuplogicalname":"systemuser","_ownerid_value":"` + someUser + `","accountid":"` + litware + `"}]}`},
		{"expands of both kinds", "accounts", "$select=name&$expand=primarycontactid($select=fullname),Account_Tasks($select=subject)", "",
			[]values{{"name": "Litware, Inc. (sample)", "accountid": id(litware), "version": int64(80649578),
				"primarycontactid": values{"fullname": "Susanna Stubberod (sample)", "contactid": id(susanna), "version": int64(7)},
				"Account_Tasks":    []values{{"subject": "Task 1 for Litware", "regardingobjectid": id(litware), "activityid": id(someTeam), "version": int64(80649460)}}}},
			`{"@odata.context":"<root>$metadata#accounts(name,primarycontactid(fullname),Account_Tasks(subject))","value":[{"@odata.etag":"W/\"80649578\"","name":"Litware, Inc. (sample)","accountid":"` + litware + `",` +
				`"primarycontactid":{"fullname":"Susanna Stubberod (sample)","contactid":"` + susanna + `"},` +
				`"Account_Tasks":[{"@odata.etag":"W/\"80649460\"","subject":"Task 1 for Litware","_regardingobjectid_value":"` + litware + `","activityid":"` + someTeam + `"}],` +
				`"Account_Tasks@odata.nextLink":"<root>accounts(` + litware + `)/Account_Tasks?$select=subject"}]}`},
		{"nothing to expand", "accounts", "$select=name&$expand=primarycontactid($select=contactid,fullname),accountlist_association($select=listname;$filter=listname eq 'A B')", "",
			[]values{{"accountid": id(litware), "version": int64(1)}},
			`{"@odata.context":"<root>$metadata#accounts(name,primarycontactid(contactid,fullname),accountlist_association(listname))","value":[{"@odata.etag":"W/\"1\"","name":null,"accountid":"` + litware + `","primarycontactid":null,` +
				`"accountlist_association":[],"accountlist_association@odata.nextLink":"<root>accounts(` + litware + `)/accountlist_association?$select=listname&$filter=listname%20eq%20'A%20B'"}]}`},
		{"users show ownerid", "accounts", "$select=name&$expand=createdby($select=fullname)", "",
			[]values{{"name": "Litware", "accountid": id(litware), "version": int64(1), "createdby": values{"fullname": "System Administrator", "systemuserid": id(someUser)}}},
			`{"@odata.context":"<root>$metadata#accounts(name,createdby(fullname))","value":[{"@odata.etag":"W/\"1\"","name":"Litware","accountid":"` + litware + `","createdby":{"fullname":"System Administrator","systemuserid":"` + someUser + `","ownerid":"` + someUser + `"}}]}`},
		{"every kind of column", "accounts", "$select=description,numberofemployees,hobbies,statecode,donotemail,founded,exchangerate,latitude,versionnumber", formattedValue,
			[]values{{"description": "a\"b\n", "numberofemployees": int64(-2000), "hobbies": "1,2", "statecode": int64(1), "donotemail": int64(1), "founded": int64(-1), "exchangerate": 1.5, "latitude": 47.61, "versionnumber": int64(4648334), "accountid": id(litware), "version": int64(4648334)}},
			`{"@odata.context":"<root>$metadata#accounts(description,numberofemployees,hobbies,statecode,donotemail,founded,exchangerate,latitude,versionnumber)","value":[{"@odata.etag":"W/\"4648334\"","description":"a\"b\n",` +
				`"numberofemployees@OData.Community.Display.V1.FormattedValue":"-2,000","numberofemployees":-2000,"hobbies@OData.Community.Display.V1.FormattedValue":"Chess; Go","hobbies":"1,2",` +
				`"statecode@OData.Community.Display.V1.FormattedValue":"Inactive","statecode":1,"donotemail@OData.Community.Display.V1.FormattedValue":"Yes","donotemail":true,` +
				`"founded@OData.Community.Display.V1.FormattedValue":"12/31/1969","founded":"1969-12-31","exchangerate@OData.Community.Display.V1.FormattedValue":"1.5000000000","exchangerate":1.5000000000,` +
				`"latitude@OData.Community.Display.V1.FormattedValue":"47.61000","latitude":47.61,"versionnumber@OData.Community.Display.V1.FormattedValue":"4,648,334","versionnumber":4648334,"accountid":"` + litware + `"}]}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := asAda(t)
			r.Annotations = ParseAnnotations(c.annotations)
			q := mustRead(t, r, c.set, c.raw, false)
			got := collection(t, r, q, pageOf(q, c.rows...))
			if want := strings.ReplaceAll(c.want, "<root>", root); got != want {
				t.Errorf("\n got %s\nwant %s", got, want)
			}
			if !json.Valid([]byte(got)) {
				t.Error("the body is not JSON")
			}
		})
	}
}

func TestCount(t *testing.T) {
	r := asAda(t)
	r.Annotations = ParseAnnotations("Microsoft.Dynamics.CRM.*")
	q := mustRead(t, r, "accounts", "$select=name&$count=true", false)
	p := pageOf(q)
	p.Count, p.CountCapped = 5000, true
	want := `{"@odata.context":"` + root + `$metadata#accounts(name)","@odata.count":5000,"@Microsoft.Dynamics.CRM.totalrecordcount":5000,"@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded":true,"@Microsoft.Dynamics.CRM.globalmetadataversion":"812","value":[]}`
	if got := collection(t, r, q, p); got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

func TestEntity(t *testing.T) {
	r := asAda(t)
	q := mustRead(t, r, "accounts", "$select=name,revenue&$expand=primarycontactid($select=fullname),Account_Tasks($select=subject)", true)
	var out bytes.Buffer
	err := NewWriter(&out, r).Entity(q, pageOf(q, values{"name": "Litware", "revenue": int64(-12345), "accountid": id(litware), "transactioncurrencyid": id(dollar), "version": int64(3),
		"primarycontactid": values{"fullname": "Susanna", "contactid": id(susanna), "version": int64(7)}, "Account_Tasks": []values{}}))
	want := `{"@odata.context":"` + root + `$metadata#accounts(name,revenue,primarycontactid(fullname),Account_Tasks(subject))/$entity","@odata.etag":"W/\"3\"","name":"Litware","revenue":-1.2345,"_transactioncurrencyid_value":"` + dollar + `","accountid":"` + litware + `",` +
		`"primarycontactid":{"@odata.etag":"W/\"7\"","fullname":"Susanna","contactid":"` + susanna + `"},"Account_Tasks":[]}`
	if got := out.String(); err != nil || got != want {
		t.Errorf("%v\n got %s\nwant %s", err, got, want)
	}
	if err := NewWriter(&out, r).Entity(q, pageOf(q)); err == nil {
		t.Error("an entity without a row was written")
	}
}

func TestEverythingWithoutSelect(t *testing.T) {
	r := asAda(t)
	for _, raw := range []string{"", "$select=", "$select=primarycontactid", "$select=*"} {
		q := mustRead(t, r, "accounts", raw, false)
		var names []string
		for _, o := range q.Select.Columns {
			names = append(names, o.Col.C.Property)
		}
		want := "accountid name description numberofemployees revenue industrycode hobbies statecode donotemail founded createdon exchangerate latitude address1_city address1_composite versionnumber " +
			"_primarycontactid_value _parentaccountid_value _transactioncurrencyid_value _ownerid_value _createdby_value"
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%q\n got %s\nwant %s", raw, got, want)
		}
	}
}

func TestProperty(t *testing.T) {
	r := asAda(t)
	q := mustRead(t, r, "accounts", "$select=name", true)
	key, c := op.Key{Table: r.Model.Table("account"), ID: id(litware)}, r.Model.Table("account").Column("name")
	var out bytes.Buffer
	written, err := NewWriter(&out, r).Property("accounts("+key.ID.String()+")/name", c, pageOf(q, values{"name": "Adventure Works (sample)"}))
	if want := `{"@odata.context":"` + root + `$metadata#accounts(` + litware + `)/name","value":"Adventure Works (sample)"}`; !written || err != nil || out.String() != want {
		t.Errorf("%v %v %s", written, err, out.String())
	}
	out.Reset()
	if written, err := NewWriter(&out, r).Property("", c, pageOf(q, values{})); written || err != nil || out.Len() > 0 {
		t.Errorf("null: %v %v %s", written, err, out.String())
	}
}

func TestAnswer(t *testing.T) {
	r := asAda(t)
	var out bytes.Buffer
	err := NewWriter(&out, r).Answer(op.Answer{Type: "WhoAmIResponse", Members: []op.Member{
		{Name: "BusinessUnitId", Value: id(someTeam)}, {Name: "UserId", Value: id(someUser)}, {Name: "Detail", Value: []op.Member{{Name: "State", Value: "Enabled"}, {Name: "None", Value: nil}}},
		{Name: "Numbers", Value: op.List{int64(1), true, op.List{}}}}})
	want := `{"@odata.context":"` + root + `$metadata#Microsoft.Dynamics.CRM.WhoAmIResponse","BusinessUnitId":"` + someTeam + `","UserId":"` + someUser + `","Detail":{"State":"Enabled","None":null},"Numbers":[1,true,[]]}`
	if got := out.String(); err != nil || got != want {
		t.Errorf("%v\n got %s\nwant %s", err, got, want)
	}
	if err := NewWriter(&out, r).Answer(op.Answer{Members: []op.Member{{Name: "x", Value: float32(1.5)}}}); err == nil {
		t.Error("what JSON has no form for was answered")
	}
}

// failing writes nothing it is given.
type failing struct{ calls int }

func (f *failing) Write([]byte) (int, error) {
	f.calls++
	return 0, errors.New("the client went away")
}

func TestWriterReportsFailures(t *testing.T) {
	r := asAda(t)
	q := mustRead(t, r, "accounts", "$select=description", false)
	long := strings.Repeat("x", flushAt)
	f := &failing{}
	if err := NewWriter(f, r).Collection(q, pageOf(q, values{"description": long}, values{"description": long})); err == nil || f.calls != 1 {
		t.Errorf("%v after %d writes", err, f.calls)
	}
	broken := errors.New("disk on fire")
	p := pageOf(q)
	p.Rows = func(yield func(query.Row, error) bool) { yield(nil, broken) }
	f = &failing{}
	if err := NewWriter(f, r).Collection(q, p); !errors.Is(err, broken) || f.calls != 0 {
		t.Errorf("%v after %d writes", err, f.calls)
	}
	if err := NewWriter(f, r).Entity(q, p); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
}

func FuzzString(f *testing.F) {
	for _, s := range []string{"", "a\"b\\c", "\x00\x1f\b\f\n\r\t", "é😀", "\xff\xc3", "\u2028<&>", "\xed\xa0\x80"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		b := appendString(nil, s)
		var got string
		if err := json.Unmarshal(b, &got); err != nil {
			t.Fatalf("%q: %v in %s", s, err, b)
		}
		// encoding/json replaces broken UTF-8 in the same way.
		reference, _ := json.Marshal(s)
		var want string
		if err := json.Unmarshal(reference, &want); err != nil || got != want {
			t.Fatalf("%q: got %q, want %q", s, got, want)
		}
		if again := appendString(nil, []byte(s)); !bytes.Equal(again, b) {
			t.Fatalf("%q: %s and %s", s, b, again)
		}
	})
}

func FuzzRow(f *testing.F) {
	f.Add("Litware", int64(20000), int64(1680904741), 1.5, int64(4))
	f.Add("\xff", int64(-1), int64(-62135596800), math.Copysign(0, -1), int64(99))
	f.Fuzz(func(t *testing.T, name string, n, seconds int64, x float64, choice int64) {
		r := asAda(t)
		r.Annotations = ParseAnnotations("*")
		q := mustRead(t, r, "accounts", "", false)
		got := collection(t, r, q, pageOf(q, values{"name": name, "revenue": n, "revenue.label": name, "numberofemployees": n, "createdon": seconds, "founded": seconds, "exchangerate": x, "latitude": x,
			"industrycode": choice, "hobbies": name, "donotemail": n & 1, "primarycontactid": meta.ID{1}, "primarycontactid.label": name, "ownerid": meta.ID{2}, "ownerid.type": choice, "version": n, "accountid": meta.ID{3}}))
		if !json.Valid([]byte(got)) {
			t.Fatalf("not JSON: %s", got)
		}
	})
}
