package odata

import (
	"io"
	"strconv"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
)

const benchRows = 5000

// benchCells keeps typed columns, so that reading a cell costs what it costs a store:
// a look into memory, no allocation.
type benchRow struct {
	ints  [16]int64
	bytes [16][]byte
	null  [16]bool
}

func (r *benchRow) Null(i int) bool          { return r.null[i] }
func (r *benchRow) Int(i int) int64          { return r.ints[i] }
func (r *benchRow) Float(i int) float64      { return float64(r.ints[i]) }
func (r *benchRow) Bytes(i int) []byte       { return r.bytes[i] }
func (r *benchRow) Children(int) []query.Row { return nil }

func benchPage(tb testing.TB) (Request, *Query, *query.Page) {
	r := asAda(tb)
	r.Annotations = ParseAnnotations("*")
	q := mustRead(tb, r, "accounts", "$select=name,revenue,numberofemployees,industrycode,createdon,_primarycontactid_value", false)
	shape := shapeOf(q.Select)
	account := meta.MustID(litware)
	rows := make([]query.Row, benchRows)
	for i := range rows {
		v := values{"name": "Account number " + strconv.Itoa(i), "revenue": int64(i) * 10000, "revenue.label": "$", "numberofemployees": int64(i), "industrycode": int64(1), "createdon": int64(1680904741 + i),
			"primarycontactid": id(susanna), "primarycontactid.label": "Susanna Stubberod (sample)", "transactioncurrencyid": id(dollar), "transactioncurrencyid.label": "US Dollar", "accountid": account, "version": int64(i + 1)}
		rows[i] = flat(fill(q.Select, shape, v, &cells{}))
	}
	return r, q, &query.Page{Shape: shape, Rows: rowsOf(rows...), More: func() bool { return false }}
}

func flat(c *cells) *benchRow {
	r := &benchRow{}
	for i, v := range c.values {
		switch v := v.(type) {
		case nil:
			r.null[i] = true
		case int64:
			r.ints[i] = v
		default:
			_ = v
			r.bytes[i] = c.Bytes(i)
		}
	}
	return r
}

func BenchmarkCollection(b *testing.B) {
	r, q, p := benchPage(b)
	b.ReportAllocs()
	for b.Loop() {
		if err := NewWriter(io.Discard, r).Collection(q, p); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/benchRows, "µs/row")
}

// BenchmarkByHand writes the same bytes with every key in the program text: the
// distance to it is what planning costs.
func BenchmarkByHand(b *testing.B) {
	_, _, p := benchPage(b)
	buf := make([]byte, 0, flushAt+4<<10)
	b.ReportAllocs()
	for b.Loop() {
		buf = append(buf[:0], `{"@odata.context":"`+root+`$metadata#accounts(name,revenue,numberofemployees,industrycode,createdon,_primarycontactid_value)","value":[`...)
		for row := range p.Rows {
			buf = append(appendByHand(buf, row.(*benchRow)), ',')
			if len(buf) >= flushAt {
				buf = buf[:0]
			}
		}
		buf = append(buf, `]}`...)
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/benchRows, "µs/row")
}

// Cells: 0 name 1 revenue 2 employees 3 industry 4 created 5 contact 6 currency 7 id
// 8 symbol 9 contact's name 10 currency's name 11 id 12 version 13 order.
func appendByHand(b []byte, r *benchRow) []byte {
	var gid meta.ID
	b = append(b, `{"@odata.etag":"W/\"`...)
	b = strconv.AppendInt(b, r.ints[12], 10)
	b = append(b, `\"","name":`...)
	b = appendString(b, r.bytes[0])
	b = append(b, `,"revenue@OData.Community.Display.V1.FormattedValue":"$`...)
	b = appendScaled(b, uint64(r.ints[1]), 2)
	b = append(b, `","revenue":`...)
	b = appendMoney(b, r.ints[1])
	b = append(b, `,"numberofemployees@OData.Community.Display.V1.FormattedValue":"`...)
	b = appendGrouped(b, r.ints[2])
	b = append(b, `","numberofemployees":`...)
	b = strconv.AppendInt(b, r.ints[2], 10)
	b = append(b, `,"industrycode@OData.Community.Display.V1.FormattedValue":"Accounting","industrycode":`...)
	b = strconv.AppendInt(b, r.ints[3], 10)
	b = append(b, `,"createdon@OData.Community.Display.V1.FormattedValue":"`...)
	b = appendDateText(b, r.ints[4], true)
	b = append(b, `","createdon":"`...)
	b = appendInstant(b, r.ints[4])
	b = append(b, `","_primarycontactid_value@OData.Community.Display.V1.FormattedValue":`...)
	b = appendString(b, r.bytes[9])
	b = append(b, `,"_primarycontactid_value@Microsoft.Dynamics.CRM.associatednavigationproperty":"primarycontactid","_primarycontactid_value@Microsoft.Dynamics.CRM.lookuplogicalname":"contact","_primarycontactid_value":"`...)
	copy(gid[:], r.bytes[5])
	b = gid.Append(b)
	b = append(b, `","_transactioncurrencyid_value@OData.Community.Display.V1.FormattedValue":`...)
	b = appendString(b, r.bytes[10])
	b = append(b, `,"_transactioncurrencyid_value@Microsoft.Dynamics.CRM.associatednavigationproperty":"transactioncurrencyid","_transactioncurrencyid_value@Microsoft.Dynamics.CRM.lookuplogicalname":"transactioncurrency","_transactioncurrencyid_value":"`...)
	copy(gid[:], r.bytes[6])
	b = gid.Append(b)
	b = append(b, `","accountid":"`...)
	copy(gid[:], r.bytes[7])
	b = gid.Append(b)
	return append(b, `"}`...)
}

func BenchmarkReadQuery(b *testing.B) {
	r := asAda(b)
	t := r.Model.Set("accounts")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.ReadQuery(t, "$select=name,revenue,_primarycontactid_value&$filter=statecode%20eq%200%20and%20contains(name,%27a%27)&$orderby=name%20desc&$top=50", false); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReadBody(b *testing.B) {
	r := asAda(b)
	t := r.Model.Set("accounts")
	body := []byte(`{"name":"Contoso","revenue":10000.5,"numberofemployees":50,"donotemail":true,"primarycontactid@odata.bind":"/contacts(` + susanna + `)"}`)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.ReadBody(t, body, op.CreateOnly); err != nil {
			b.Fatal(err)
		}
	}
}

// The reference is one only while it writes what the writer writes.
func TestByHandWritesTheSame(t *testing.T) {
	r, q, p := benchPage(t)
	plan := NewWriter(io.Discard, r).plan(q, p.Shape, true)
	for row := range p.Rows {
		if got, want := string(plan.append(nil, row)), string(appendByHand(nil, row.(*benchRow))); got != want {
			t.Fatalf("\n got %s\nwant %s", got, want)
		}
	}
}
