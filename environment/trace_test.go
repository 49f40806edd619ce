package environment_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/stead-s2s/stead/internal/sqldb"
)

// beside opens the environment's database once more. Its clock runs, so that each question
// is answered from a snapshot of its own.
func (w *world) beside(t testing.TB) *sqldb.DB {
	t.Helper()
	var hours atomic.Int64
	db, err := sqldb.Open(w.config.Database, sqldb.Options{Schema: w.config.Name, Now: func() time.Time {
		return time.Unix(3600*hours.Add(1), 0)
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// tables gives the text of every row of every table of the environment's database, and
// the names and sizes of its files: whatever a write could leave behind.
func (w *world) tables(t testing.TB, db *sqldb.DB) map[string]string {
	t.Helper()
	list := "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY 1"
	if db.Engine() == sqldb.PostgreSQL {
		list = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1"
	}
	all := map[string]string{}
	err := db.Read(context.Background(), func(c *sqldb.Conn) error {
		names, err := rowTexts(c, list)
		for _, name := range names {
			var rows []string
			if rows, err = rowTexts(c, `SELECT * FROM "`+strings.TrimSuffix(name, "|")+`"`); err != nil {
				break
			}
			slices.Sort(rows)
			all[name] = strings.Join(rows, "\n")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	err = fs.WalkDir(os.DirFS(w.config.Files), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			files = append(files, fmt.Sprint(path, " ", info.Size()))
		}
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	all["files"] = strings.Join(files, "\n")
	return all
}

// rowTexts gives the rows of a question, each value followed by a bar.
func rowTexts(c *sqldb.Conn, question string) (all []string, err error) {
	rows, err := c.Query(question)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var b strings.Builder
		for i := range rows.Columns() {
			switch rows.Kind(i) {
			case sqldb.KindInt:
				fmt.Fprint(&b, rows.Int(i))
			case sqldb.KindFloat:
				fmt.Fprint(&b, rows.Float(i))
			case sqldb.KindText:
				b.Write(rows.Text(i))
			case sqldb.KindBlob:
				fmt.Fprintf(&b, "%x", rows.Blob(i))
			}
			b.WriteByte('|')
		}
		all = append(all, b.String())
	}
	return all, rows.Err()
}

// changed tells which rows of which tables two states differ in, "" for none.
func changed(before, after map[string]string) string {
	var b strings.Builder
	for name := range after {
		if before[name] == after[name] {
			continue
		}
		was, is := strings.Split(before[name], "\n"), strings.Split(after[name], "\n")
		for _, row := range is {
			if !slices.Contains(was, row) {
				fmt.Fprintf(&b, "%s has %s\n", name, row)
			}
		}
		for _, row := range was {
			if !slices.Contains(is, row) {
				fmt.Fprintf(&b, "%s had %s\n", name, row)
			}
		}
	}
	return b.String()
}

// TestFailedWritesLeaveNoTrace: whatever a write is, when it is refused the database and
// the files are what they were, in every table.
func TestFailedWritesLeaveNoTrace(t *testing.T) {
	m := startMistakes(t)
	db, refused := m.beside(t), map[string]int{}
	write := func(forms []form) {
		rapid.Check(t, func(t *rapid.T) {
			before := m.tables(m.t, db)
			for range 4 {
				f := rapid.SampledFrom(forms).Draw(t, "form")
				a := f.send(t, m)
				if a.status >= 500 {
					t.Fatalf("%s: %s: %d %s", f.name, a.what, a.status, a.body)
				}
				after := m.tables(m.t, db)
				if a.status >= 400 {
					refused[f.name]++
					if trace := changed(before, after); trace != "" {
						t.Fatalf("%s: %s was refused: %s\nbut\n%s", f.name, a.what, a.body, trace)
					}
				}
				before = after
			}
		})
	}
	write(m.forms())
	for _, f := range m.forms() {
		if refused[f.name] == 0 { // chance passed it over
			write([]form{f})
		}
		if refused[f.name] == 0 {
			t.Errorf("%s was never refused", f.name)
		}
	}
}

// mistakes is a world in which writes go wrong.
type mistakes struct {
	*world
	t                             *testing.T
	account, contact, task, other string
	role, team, unit, currency    string
	rule                          string
}

func startMistakes(t *testing.T) mistakes {
	w := start(t)
	app := w.withBank(t)
	app.audit(bankPath)
	app.numbered("sample_Number", "{SEQNUM:4}")
	app.column("File", "sample_File", `,"MaxSizeInKB":1`)
	app.column("Image", "sample_Image", `,"MaxSizeInKB":100,"CanStoreFullImage":true`)
	app.post(bankPath+"/Keys", `{"SchemaName":"sample_Key","DisplayName":`+label("Key")+`,"KeyAttributes":["sample_name"]}`).is(204, "")
	app.relationship("sample_Account_BankAccounts", "account", "sample_bankaccount", "sample_RelatedAccountId")
	m := mistakes{world: w, t: t}
	m.account, m.other = app.made("accounts", `{"name":"a"}`), app.made("accounts", `{"name":"b"}`)
	m.contact = app.made("contacts", `{"lastname":"c","parentcustomerid_account@odata.bind":"accounts(`+m.account+`)"}`)
	m.task = app.made("tasks", `{"subject":"t","regardingobjectid_account_task@odata.bind":"accounts(`+m.account+`)"}`)
	app.made("sample_bankaccounts", `{"sample_name":"taken","sample_RelatedAccountId@odata.bind":"accounts(`+m.account+`)"}`)
	m.unit = app.unit("Sales")
	m.role = app.role("Crew", app.unit("Contoso"), "prvReadAccount", "Global")
	m.team = app.made("teams", `{"name":"Team"}`)
	app.patch("accounts("+m.other+")", `{"ownerid@odata.bind":"systemusers(`+people["ada"].user+`)"}`).is(204, "")
	m.currency = app.made("transactioncurrencies", `{"currencyname":"Yen","isocurrencycode":"JPY","currencysymbol":"¥","currencyprecision":0,"exchangerate":150}`)
	m.rule = app.made("duplicaterules", `{"name":"r","baseentityname":"account","matchingentityname":"account"}`)
	return m
}

// form is a kind of write. Its requests may be wrong in one of their pieces, or right.
type form struct {
	name string
	send func(*rapid.T, mistakes) answer
}

func pick(t *rapid.T, what string, from ...string) string {
	return rapid.SampledFrom(from).Draw(t, what)
}

// by is who sends: mostly somebody who may.
func (m mistakes) by(t *rapid.T) client {
	return m.as(m.t, pick(t, "who", "contoso-app", "contoso-app", "ada", "ben", "contoso-reader"))
}

// accountOf gives members of an account, right or wrong.
func (m mistakes) accountOf(t *rapid.T) string {
	return pick(t, "account", `"name":"x"`, `"name":"`+strings.Repeat("x", 161)+`"`, `"industrycode":99`, `"nonsense":1`, `"statecode":7`, `"statuscode":2`,
		`"revenue":1e30`, `"accountid":"`+m.account+`"`, `"primarycontactid@odata.bind":"contacts(`+absent+`)"`, `"parentaccountid@odata.bind":"accounts(`+m.account+`)"`,
		`"ownerid@odata.bind":"systemusers(`+people["idle"].user+`)"`, `"ownerid@odata.bind":"teams(`+m.team+`)"`, `"overriddencreatedon":"1700-01-01T00:00:00Z"`,
		`"transactioncurrencyid@odata.bind":"transactioncurrencies(`+m.currency+`)","revenue":5`, `"entityimage":"bm8gcGljdHVyZQ=="`)
}

// bankOf gives members of a bank account, whose name is an alternate key.
func (m mistakes) bankOf(t *rapid.T) string {
	return pick(t, "bank", `"sample_name":"taken"`, `"sample_name":null`, `"sample_number":"mine"`, `"sample_number":"`+strings.Repeat("9", 101)+`"`,
		`"sample_RelatedAccountId@odata.bind":"accounts(`+absent+`)"`, `"sample_image":"bm8gcGljdHVyZQ=="`, `"sample_RelatedAccountId":{`+m.accountOf(t)+`}`)
}

func (m mistakes) forms() []form {
	return slices.Concat(m.rowForms(), m.manyForms(), m.linkForms(), m.contentForms(), m.securityForms(), m.definitionForms())
}

func (m mistakes) rowForms() []form {
	return []form{
		{"create", func(t *rapid.T, m mistakes) answer { return m.by(t).post("accounts", `{`+m.accountOf(t)+`}`) }},
		{"create with number", func(t *rapid.T, m mistakes) answer {
			return m.by(t).post("sample_bankaccounts", `{`+m.bankOf(t)+`}`)
		}},
		{"create with picture", func(t *rapid.T, m mistakes) answer {
			return m.by(t).post("sample_bankaccounts", `{"sample_image":"`+base64.StdEncoding.EncodeToString(picture(m.t, 9, 9))+`","sample_name":"`+pick(t, "name", "taken", "p"+newID(t))+`"}`)
		}},
		{"create and answer", func(t *rapid.T, m mistakes) answer {
			return m.by(t).with("Prefer", "return=representation").post(pick(t, "query", "accounts", "accounts?$select=nonsense", "accounts?$expand=primarycontactid"), `{`+m.accountOf(t)+`}`)
		}},
		{"deep insert", func(t *rapid.T, m mistakes) answer {
			return m.by(t).post("accounts", `{"name":"deep","primarycontactid":{"lastname":"one"},"Account_Tasks":[{"subject":"two"},{`+
				pick(t, "task", `"subject":"three"`, `"subject":"`+strings.Repeat("x", 201)+`"`, `"activityid":"`+m.task+`"`)+`}],"sample_Account_BankAccounts":[{"sample_name":"`+pick(t, "name", "taken", "fresh")+`"}],`+m.accountOf(t)+`}`)
		}},
		{"update", func(t *rapid.T, m mistakes) answer {
			return m.by(t).with("If-Match", pick(t, "match", "*", `W/"1"`)).patch("accounts("+m.other+")", `{`+m.accountOf(t)+`}`)
		}},
		{"upsert", func(t *rapid.T, m mistakes) answer {
			c := m.by(t)
			if rapid.Bool().Draw(t, "only") {
				c = c.with("If-None-Match", "*")
			}
			return c.patch(pick(t, "row", "accounts("+m.account+")", "accounts("+newID(t)+")", "accounts(name='x')"), `{`+m.accountOf(t)+`}`)
		}},
		{"upsert by key", func(t *rapid.T, m mistakes) answer {
			return m.by(t).patch("sample_bankaccounts(sample_name='"+pick(t, "key", "taken", "key"+newID(t))+"')", `{`+m.bankOf(t)+`}`)
		}},
		{"delete", func(t *rapid.T, m mistakes) answer {
			return m.by(t).with("If-Match", pick(t, "match", "*", `W/"1"`)).delete(pick(t, "row", "accounts("+absent+")", "transactioncurrencies("+m.currency+")",
				"businessunits("+m.unit+")", "teams("+m.team+")", "systemusers("+people["ben"].user+")", "accounts("+m.account+")/primarycontactid/$ref"))
		}},
		{"one property", func(t *rapid.T, m mistakes) answer {
			return m.by(t).send("PUT", "accounts("+m.account+")/"+pick(t, "property", "name", "industrycode", "nonsense", "accountid"), `{"value":`+pick(t, "value", `"x"`, `9999`, `null`, `{}`)+`}`)
		}},
	}
}

func newID(t *rapid.T) string {
	return fmt.Sprintf("5a1f0000-0000-4000-8000-%012x", rapid.Uint32().Draw(t, "id"))
}

func (m mistakes) manyForms() []form {
	target := func(members string) string {
		return `{"@odata.type":"Microsoft.Dynamics.CRM.account",` + members + `}`
	}
	part := func(n int, line, body string) string {
		return partOf(fmt.Sprintf("Content-ID: %d\r\n", n), line+" HTTP/1.1", "Content-Type: application/json", "", body)
	}
	return []form{
		{"create many", func(t *rapid.T, m mistakes) answer {
			return m.by(t).bulk("accounts", "CreateMultiple", target(`"name":"first"`), target(m.accountOf(t)), target(`"name":"last","primarycontactid":{"lastname":"deep"}`))
		}},
		{"update many", func(t *rapid.T, m mistakes) answer {
			return m.by(t).bulk("accounts", "UpdateMultiple", target(`"accountid":"`+m.other+`","name":"changed"`),
				target(`"accountid":"`+pick(t, "row", m.account, absent)+`","description":"`+strings.Repeat("x", rapid.SampledFrom([]int{1, 2001}).Draw(t, "length"))+`"`))
		}},
		{"upsert many", func(t *rapid.T, m mistakes) answer {
			return m.by(t).bulk("accounts", "UpsertMultiple", target(`"accountid":"`+newID(t)+`","name":"made"`), target(m.accountOf(t)))
		}},
		{"change set", func(t *rapid.T, m mistakes) answer {
			return m.by(t).batch(changes(
				part(1, "POST accounts", `{"name":"in a set"}`),
				part(2, "POST contacts", `{"lastname":"x","parentcustomerid_account@odata.bind":"$1"}`),
				part(3, "PATCH accounts("+m.other+")", `{"name":"changed"}`),
				part(4, "DELETE tasks("+pick(t, "task", absent, absent, newID(t))+")", ""),
				part(5, "POST "+pick(t, "set", "accounts", "contacts"), `{`+m.accountOf(t)+`}`),
			))
		}},
		{"part of a batch", func(t *rapid.T, m mistakes) answer {
			return m.by(t).batch("--b\r\n" + partOf("", "POST accounts HTTP/1.1", "Content-Type: application/json", "", `{`+m.accountOf(t)+`}`))
		}},
		{"merge", func(t *rapid.T, m mistakes) answer {
			return m.by(t).post("Merge", `{"Target":`+to("account", m.account)+`,"Subordinate":`+to("account", pick(t, "other", absent, m.account, m.contact))+`,
				"UpdateContent":{"@odata.type":"Microsoft.Dynamics.CRM.account",`+m.accountOf(t)+`},"PerformParentingChecks":true}`)
		}},
		{"duplicates", func(t *rapid.T, m mistakes) answer {
			return m.by(t).post("PublishDuplicateRule", `{"DuplicateRuleId":"`+pick(t, "rule", m.rule, absent)+`"}`)
		}},
	}
}

func (m mistakes) linkForms() []form {
	return []form{
		{"link", func(t *rapid.T, m mistakes) answer {
			return m.by(t).send(pick(t, "method", "POST", "PUT"), pick(t, "path", "accounts("+m.account+")/account_parent_account/$ref", "accounts("+m.account+")/parentaccountid/$ref",
				"accounts("+m.account+")/nonsense/$ref", "teams("+m.team+")/teammembership_association/$ref"), `{"@odata.id":"`+root+pick(t, "row", "accounts("+absent+")", "accounts("+m.account+")", "contacts("+m.contact+")")+`"}`)
		}},
		{"unlink", func(t *rapid.T, m mistakes) answer {
			return m.by(t).delete("accounts(" + m.account + ")/" + pick(t, "path", "contact_customer_accounts("+absent+")/$ref", "Account_Tasks("+m.contact+")/$ref", "nonsense/$ref"))
		}},
	}
}

func (m mistakes) contentForms() []form {
	return []form{
		{"file", func(t *rapid.T, m mistakes) answer {
			c := m.by(t).with("Content-Type", "application/octet-stream", "x-ms-file-name", pick(t, "name", "a.txt", "a.exe", ""))
			return c.patch("sample_bankaccounts(sample_name='"+pick(t, "key", "taken", "nobody")+"')/sample_file", strings.Repeat("x", rapid.SampledFrom([]int{1, 1024, 1025, 5000}).Draw(t, "size")))
		}},
		{"picture", func(t *rapid.T, m mistakes) answer {
			return m.by(t).with("Content-Type", "application/octet-stream", "x-ms-file-name", "a.png").send("PUT", "sample_bankaccounts(sample_name='taken')/sample_image", "no picture")
		}},
	}
}

func (m mistakes) securityForms() []form {
	return []form{
		{"share", func(t *rapid.T, m mistakes) answer {
			return m.by(t).share(pick(t, "action", "GrantAccess", "ModifyAccess"), to("account", pick(t, "row", m.account, absent)), pick(t, "with", user("cleo"), to("systemuser", absent), to("account", m.account)),
				pick(t, "mask", "ReadAccess", "CreateAccess", "ReadAccess, ShareAccess"))
		}},
		{"privileges", func(t *rapid.T, m mistakes) answer {
			return m.by(t).hold(pick(t, "role", m.role, absent), pick(t, "action", "AddPrivilegesRole", "ReplacePrivilegesRole"), "prvReadContact", "Global", pick(t, "privilege", "prvWriteContact", "prvReadAccount"), pick(t, "depth", "Global", "Nowhere"))
		}},
		{"members", func(t *rapid.T, m mistakes) answer {
			return m.by(t).post("teams("+m.team+")/Microsoft.Dynamics.CRM."+pick(t, "action", "AddMembersTeam", "RemoveMembersTeam"), `{"Members":[`+user("ben")+`,`+pick(t, "last", user("cleo"), to("systemuser", absent))+`]}`)
		}},
		{"move", func(t *rapid.T, m mistakes) answer {
			return m.by(t).post("systemusers("+people[pick(t, "user", "ben", "cleo")].user+")/Microsoft.Dynamics.CRM.SetBusinessSystemUser",
				`{"BusinessUnit":`+to("businessunit", pick(t, "unit", m.unit, absent))+`,"ReassignPrincipal":`+pick(t, "to", user("ada"), user("idle"), to("systemuser", absent))+`}`)
		}},
		{"reassign", func(t *rapid.T, m mistakes) answer {
			return m.by(t).post("ReassignObjectsOwner", `{"FromPrincipal":`+user("ada")+`,"ToPrincipal":`+pick(t, "to", user("idle"), user("contoso-app"), to("systemuser", absent))+`}`)
		}},
		{"unit, role, team", func(t *rapid.T, m mistakes) answer {
			return m.by(t).post(pick(t, "set", "businessunits", "roles", "teams"), `{"name":"`+pick(t, "name", "Sales", "Crew", "Team", strings.Repeat("x", 200))+`",`+
				pick(t, "below", `"businessunitid@odata.bind":"businessunits(`+absent+`)"`, `"parentbusinessunitid@odata.bind":"businessunits(`+m.unit+`)"`, `"description":"x"`)+`}`)
		}},
		{"users", func(t *rapid.T, m mistakes) answer {
			return m.by(t).post("systemusers", `{`+pick(t, "user", `"applicationid":"`+absent+`"`, `"domainname":"x@contoso.example"`)+`,"businessunitid@odata.bind":"businessunits(`+m.unit+`)"}`)
		}},
	}
}

func (m mistakes) definitionForms() []form {
	return []form{
		{"table", func(t *rapid.T, m mistakes) answer {
			return m.by(t).post("EntityDefinitions", strings.ReplaceAll(bankAccount, "sample_BankAccount", pick(t, "name", "sample_BankAccount", "x_BankAccount", "sample_"+strings.Repeat("x", 60))))
		}},
		{"column", func(t *rapid.T, m mistakes) answer {
			return m.by(t).post(bankPath+"/Attributes", `{"@odata.type":"Microsoft.Dynamics.CRM.`+pick(t, "kind", "Memo", "Lookup", "Nonsense")+`AttributeMetadata","SchemaName":"`+pick(t, "name", "sample_Name", "sample_Number", "bad name")+`","DisplayName":`+label("x")+`}`)
		}},
		{"customer", func(t *rapid.T, m mistakes) answer {
			return m.by(t).post("CreateCustomerRelationships", `{"Lookup":{"@odata.type":"Microsoft.Dynamics.CRM.ComplexLookupAttributeMetadata","SchemaName":"sample_Customer`+fmt.Sprint(rapid.IntRange(0, 99).Draw(t, "n"))+`","DisplayName":`+label("x")+`},
				"OneToManyRelationships":[{"@odata.type":"Microsoft.Dynamics.CRM.ComplexOneToManyRelationshipMetadata","ReferencedEntity":"account","ReferencingEntity":"sample_bankaccount","SchemaName":"sample_first`+fmt.Sprint(rapid.IntRange(0, 99).Draw(t, "n"))+`"},
				{"@odata.type":"Microsoft.Dynamics.CRM.ComplexOneToManyRelationshipMetadata","ReferencedEntity":"contact","ReferencingEntity":"sample_bankaccount","SchemaName":"sample_Account_BankAccounts"}]}`)
		}},
		{"seed", func(t *rapid.T, m mistakes) answer {
			return m.by(t).post("SetAutoNumberSeed", `{"EntityName":"sample_bankaccount","AttributeName":"`+pick(t, "column", "sample_number", "sample_name")+`","Value":`+pick(t, "value", "-1", "5000", "1e30")+`}`)
		}},
	}
}

// TestTracesAreSeen: the comparison that the test above rests on sees a row, a value and
// a file.
func TestTracesAreSeen(t *testing.T) {
	m := startMistakes(t)
	db := m.beside(t)
	app, before := m.as(t, "contoso-app"), m.tables(t, db)
	app.patch("accounts("+m.account+")", `{"description":"changed"}`).is(204, "")
	after := m.tables(t, db)
	if trace := changed(before, after); !strings.Contains(trace, "account| has ") || !strings.Contains(trace, "changed|") {
		t.Errorf("a changed row shows as %q", trace)
	}
	if err := os.MkdirAll(m.config.Files, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(m.config.Files, "left"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if trace := changed(after, m.tables(t, db)); trace != "files has left 1\n" && trace != "files has left 1\nfiles had \n" {
		t.Errorf("a file shows as %q", trace)
	}
}
