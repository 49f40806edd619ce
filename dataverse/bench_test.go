package dataverse

import (
	"bytes"
	"fmt"
	"testing"
	"time"
)

// BenchmarkReadPage reads a page of rows with ten columns: rows/s and what is allocated for a row.
func BenchmarkReadPage(b *testing.B) {
	type account struct {
		ID      ID        `dv:"accountid,key"`
		Name    string    `dv:"name"`
		Number  string    `dv:"accountnumber"`
		Revenue Money     `dv:"revenue"`
		Staff   int       `dv:"numberofemployees"`
		State   Choice    `dv:"statecode"`
		Quiet   bool      `dv:"donotemail"`
		Created time.Time `dv:"createdon"`
		Primary Ref       `dv:"primarycontactid,bind=contacts"`
		ETag    ETag      `dv:"@odata.etag"`
	}
	const rows = 1000
	var page bytes.Buffer
	page.WriteString(`{"@odata.context":"x","value":[`)
	for i := range rows {
		if i > 0 {
			page.WriteByte(',')
		}
		fmt.Fprintf(&page, `{"@odata.etag":"W/\"%d\"","accountid":"5a1f0000-0000-4000-8000-%012d","name":"Account number %d","accountnumber":"A-%d","revenue":%d.50,`+
			`"numberofemployees":%d,"statecode":0,"donotemail":false,"createdon":"2026-01-02T03:04:05Z","_primarycontactid_value":"5a1f0000-0000-4000-8000-%012d"}`, i, i, i, i, i, i, i)
	}
	page.WriteString("]}")
	c := codecFor[account](b)
	b.SetBytes(int64(page.Len()))
	b.ReportAllocs()
	for b.Loop() {
		got, err := readPage[account](c, page.Bytes())
		if err != nil || len(got.Rows) != rows {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*rows/b.Elapsed().Seconds(), "rows/s")
}
