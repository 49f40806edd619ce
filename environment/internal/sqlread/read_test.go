package sqlread

import (
	"encoding/xml"
	"io"
	"strings"
	"testing"
)

// tables is a model of two tables.
type tables struct{}

func (tables) PrimaryID(table string) string {
	return map[string]string{"account": "accountid", "contact": "contactid"}[table]
}

func (tables) Has(table, column string) bool {
	return column == "name" && table == "account" || column == "fullname" && table == "contact"
}

func TestRead(t *testing.T) {
	for statement, want := range map[string]string{
		"SELECT name FROM account":                         `<fetch><entity name="account"><attribute name="name"/></entity></fetch>`,
		"select name from account where name = 'it''s'":    `value="it&#39;s"`,
		"SELECT name FROM account WHERE name = '\"/><x a'": `value="&#34;/&gt;&lt;x a"`,
		"SELECT COUNT(*) AS n FROM account":                `aggregate="count"`,
	} {
		q, err := Read(statement, tables{})
		if err != nil {
			t.Errorf("%s: %v", statement, err)
			continue
		}
		if q.Table != "account" || !strings.Contains(q.Fetch, want) {
			t.Errorf("%s\n got %s\nwant %s", statement, q.Fetch, want)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	for _, statement := range []string{
		"", "SELECT", "SELECT * FROM", "DELETE FROM account", "SELECT name FROM account; DROP TABLE account",
		"SELECT name FROM account WHERE name = 'open", "SELECT name FROM account WHERE (name = 'a'", "UPDATE account SET name = 'x'",
		"SELECT name FROM account WHERE " + strings.Repeat("(", 10_000),
	} {
		if q, err := Read(statement, tables{}); err == nil {
			t.Errorf("%.60s: read as %s", statement, q.Fetch)
		}
	}
}

// Whatever is read is spelled as XML that ends.
func FuzzRead(f *testing.F) {
	f.Add("SELECT TOP 3 a.name AS shop FROM account a WHERE a.name LIKE '%x' AND NOT (a.name IN ('b', N'c')) ORDER BY a.name DESC")
	f.Add("SELECT name, COUNT(*) AS n FROM account JOIN contact c ON c.parentcustomerid = account.accountid GROUP BY name")
	f.Add("select distinct name from account order by name offset 10 rows fetch next 5 rows only")
	f.Fuzz(func(t *testing.T, statement string) {
		q, err := Read(statement, tables{})
		if err != nil {
			return
		}
		d := xml.NewDecoder(strings.NewReader(q.Fetch))
		for {
			if _, err := d.Token(); err == io.EOF {
				return
			} else if err != nil {
				t.Fatalf("%q: %v in %s", statement, err, q.Fetch)
			}
		}
	})
}
