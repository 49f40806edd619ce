package environment_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// sql asks a statement of a set.
func (c client) sql(set, statement string) answer {
	c.t.Helper()
	return c.get(set + "?sql=" + url.QueryEscape(statement))
}

// table gives the rows of an answer as lines, members in order of the list; a missing one
// is "-".
func (a answer) table(members ...string) []string {
	a.t.Helper()
	if a.status != 200 {
		a.t.Fatalf("%s: %d %s", a.what, a.status, a.body)
	}
	lines := []string{}
	rows, _ := a.object()["value"].([]any)
	for _, row := range rows {
		var cells []string
		for _, m := range members {
			v, there := row.(map[string]any)[m]
			if !there || v == nil {
				v = "-"
			}
			cells = append(cells, fmt.Sprint(v))
		}
		lines = append(lines, strings.Join(cells, " "))
	}
	return lines
}

// shops are the rows that statements are asked about.
func shops(t *testing.T) (*world, client) {
	w := start(t)
	app := w.as(t, "contoso-app")
	for _, s := range []string{
		`{"name":"Alpha","revenue":100,"numberofemployees":5,"address1_city":"Oslo","creditonhold":true}`,
		`{"name":"Beta","revenue":200,"address1_city":"Oslo"}`,
		`{"name":"Gamma it's","numberofemployees":7,"address1_city":"Rome"}`,
		`{"name":"Delta","revenue":50}`,
	} {
		app.made("accounts", s)
	}
	alpha := app.sql("accounts", "SELECT accountid FROM account WHERE name = 'alpha'").table("accountid")[0]
	for _, name := range []string{"Ann", "Bob"} {
		app.made("contacts", `{"firstname":"`+name+`","parentcustomerid_account@odata.bind":"accounts(`+alpha+`)"}`)
	}
	return w, app
}

func TestSQL(t *testing.T) {
	_, app := shops(t)
	for _, one := range []struct {
		set, statement string
		members        string
		want           string
	}{
		{"accounts", "SELECT name, revenue FROM account ORDER BY name", "name revenue", "Alpha 100,Beta 200,Delta 50,Gamma it's -"},
		{"accounts", "select TOP 2 name from account order by revenue desc;", "name", "Beta,Alpha"},
		{"accounts", "SELECT a.name AS shop FROM account a WHERE a.revenue > 60 AND NOT (a.name = 'Beta')", "shop", "Alpha"},
		{"accounts", "SELECT name FROM account WHERE name = 'Gamma it''s' OR creditonhold = 1 ORDER BY name DESC", "name", "Gamma it's,Alpha"},
		{"accounts", "SELECT name FROM account WHERE numberofemployees <> 5", "name", "Gamma it's"},
		{"accounts", "SELECT name FROM account WHERE NOT (numberofemployees = 5 OR name LIKE 'x%')", "name", "Gamma it's"},
		{"accounts", "SELECT name FROM account WHERE address1_city NOT IN ('Rome', N'Paris') ORDER BY name", "name", "Alpha,Beta"},
		{"accounts", "SELECT name FROM account WHERE name LIKE '%ta' AND name NOT LIKE 'Del%'", "name", "Beta"},
		{"accounts", "SELECT name FROM account WHERE revenue BETWEEN 50 AND 100 ORDER BY name", "name", "Alpha,Delta"},
		{"accounts", "SELECT name FROM account WHERE revenue NOT BETWEEN 50 AND 100", "name", "Beta"},
		{"accounts", "SELECT name FROM account WHERE address1_city IS NULL AND revenue IS NOT NULL", "name", "Delta"},
		{"accounts", "SELECT DISTINCT address1_city FROM account WHERE address1_city IS NOT NULL ORDER BY address1_city", "address1_city", "Oslo,Rome"},
		{"accounts", "SELECT COUNT(*) AS n, SUM(revenue) AS total, MAX(numberofemployees) AS most FROM account", "n total most", "4 350 7"},
		{"accounts", "SELECT address1_city AS city, COUNT(*) AS n FROM account WHERE address1_city IS NOT NULL GROUP BY address1_city ORDER BY n DESC", "city n", "Oslo 2,Rome 1"},
		{"accounts", "SELECT COUNT(DISTINCT address1_city) AS n FROM account", "n", "2"},
		{"accounts", "SELECT name FROM account ORDER BY name OFFSET 2 ROWS FETCH NEXT 2 ROWS ONLY", "name", "Delta,Gamma it's"},
		{"accounts", "SELECT a.name, c.firstname FROM account AS a INNER JOIN contact c ON a.accountid = c.parentcustomerid ORDER BY c.firstname DESC", "name firstname", "Alpha Bob,Alpha Ann"},
		{"accounts", "SELECT a.name, c.firstname FROM account a LEFT JOIN contact c ON c.parentcustomerid = a.accountid AND c.firstname = 'Ann' WHERE a.name IN ('Alpha','Beta') ORDER BY a.name", "name firstname", "Alpha Ann,Beta -"},
		{"accounts", "SELECT a.name FROM account a JOIN contact c ON c.parentcustomerid = a.accountid WHERE c.firstname = 'Bob'", "name", "Alpha"},
		{"contacts", "SELECT a.name, COUNT(c.contactid) AS people FROM contact c JOIN account a ON a.accountid = c.parentcustomerid GROUP BY a.name", "name people", "Alpha 2"},
	} {
		if got := strings.Join(app.sql(one.set, one.statement).table(strings.Fields(one.members)...), ","); got != one.want {
			t.Errorf("%s:\n%s\nwant\n%s", one.statement, got, one.want)
		}
	}
}

func TestSQLPages(t *testing.T) {
	w, app := shops(t)
	app = app.with("Prefer", "odata.maxpagesize=3")
	first := app.sql("accounts", "SELECT name FROM account ORDER BY name")
	next, _ := first.object()["@odata.nextLink"].(string)
	second := app.get(strings.TrimPrefix(next, root))
	if got, want := append(first.names("name"), second.names("name")...), []string{"Alpha", "Beta", "Delta", "Gamma it's"}; !slices.Equal(got, want) {
		t.Errorf("the pages hold %v, want %v", got, want)
	}
	if strings.Contains(second.body, "nextLink") {
		t.Error("the last page has a next link")
	}
	for who, link := range map[string]string{"ada": next, "contoso-app": strings.Replace(next, "name", "accountid", 1)} {
		w.as(t, who).get(strings.TrimPrefix(link, root)).is(400, `{"error":{"code":"…","message":"…"}}`)
	}
}

func TestSQLRefuses(t *testing.T) {
	w, app := shops(t)
	for statement, want := range map[string]string{
		"SELECT * FROM account": "position 8: SELECT * is not supported: name the columns.",
		"DELETE FROM account":   "position 1: DELETE is not supported.",
		"SELECT name FROM account UNION SELECT name FROM account":   "position 26: UNION is not supported.",
		"SELECT name FROM account WHERE accountid IN (SELECT 1)":    "position 46: queries inside of queries are not supported.",
		"SELECT UPPER(name) FROM account":                           "position 8: the function UPPER is not supported.",
		"SELECT name FROM account RIGHT JOIN contact ON 1=1":        "position 26: RIGHT is not supported.",
		"SELECT name FROM account, contact":                         "position 25: tables are joined by JOIN and ON.",
		"SELECT name, COUNT(*) FROM account":                        "position 8: the column name stands neither in an aggregate nor in GROUP BY.",
		"SELECT name FROM account WHERE name = 'x":                  "position 39: the string has no end.",
		"SELECT name FROM account; DROP TABLE account":              "position 27: DROP is not supported.",
		"SELECT TOP 5001 name FROM account":                         "position 12: TOP is at most 5000.",
		"SELECT x.name FROM account":                                "position 8: there is no table x.",
		"SELECT name FROM account WHERE " + strings.Repeat("(", 40): "position 64: conditions are nested at most 32 deep.",
	} {
		app.sql("accounts", statement).fails(400, "0x80060888", "The SQL statement is not valid at "+want)
	}
	app.sql("accounts", "SELECT firstname FROM contact").fails(400, "0x80060888", "The SQL statement asks for rows of 'contact' and not of 'account'.")
	app.sql("accounts", "SELECT nothing FROM account").is(400, `{"error":{"code":"…","message":"…nothing…"}}`)
	app.get("accounts?sql=SELECT%20name%20FROM%20account&$top=1").is(400, `{"error":{"code":"0x80060888","message":"…$top…"}}`)
	if got := w.as(t, "ben").sql("accounts", "SELECT name FROM account").table("name"); len(got) != 0 {
		t.Errorf("ben, who owns nothing, sees %v", got)
	}
}
