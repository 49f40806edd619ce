package engine_test

import (
	"testing"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// numbered names an account by the alternate key of the tests.
func (w *world) numbered(number string) op.Key {
	t := w.table("account")
	return op.Key{Table: t, Alternate: &op.Alternate{Key: t.Keys[0], Values: w.bind("account", values{"accountnumber": text(number)})}}
}

// numberedAccounts are Fabrikam, ben's, as A-1, and Litware, cleo's, as A-2.
func numberedAccounts(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.as("ben").must(w.as("ben").create("account", "Fabrikam", values{"name": text("Fabrikam"), "accountnumber": text("A-1")}))
	w.as("cleo").must(w.as("cleo").create("account", "Litware", values{"name": text("Litware"), "accountnumber": text("A-2")}))
	return w
}

func TestAlternateKeysNameRows(t *testing.T) {
	w := numberedAccounts(t)
	ben := w.as("ben")
	r, err := ben.do(&op.Retrieve{Key: w.numbered("a-1"), Select: w.selection("account", "name")})
	ben.must(err)
	if rows := print(r.Page); r.Key.ID != id("Fabrikam") || rows[0] != "name=Fabrikam" {
		t.Errorf("retrieved %v %v", r.Key, rows)
	}
	r, err = ben.do(&op.Update{Key: w.numbered("A-1"), Mode: op.Upsert, Values: w.bind("account", values{"name": text("Changed")})})
	ben.must(err)
	if got := w.row("account", "Fabrikam", "name", "accountnumber"); r.Created || r.Key.ID != id("Fabrikam") || got != "name=Changed accountnumber=A-1" {
		t.Errorf("updated %v: %s", r, got)
	}
	ben.must(ben.create("contact", "Yvonne", values{"lastname": text("McKay")}))
	c := w.table("contact")
	bind := op.Bind(c.Column("parentcustomerid"), w.numbered("A-1"))
	_, err = ben.do(&op.Update{Key: w.key("contact", "Yvonne"), Mode: op.UpdateOnly, Values: []op.Assignment{bind}})
	ben.must(err)
	if got := w.row("contact", "Yvonne", "parentcustomerid", "accountid"); got != "parentcustomerid=Fabrikam accountid=Fabrikam" {
		t.Errorf("bound: %s", got)
	}
	nav, _ := w.table("account").Navigation("contact_customer_accounts")
	s := w.selection("contact", "lastname")
	r, err = ben.do(&op.RetrieveMultiple{Select: s, Of: &op.Link{Key: w.numbered("A-1"), Nav: nav}})
	ben.must(err)
	if r.Page == nil {
		t.Error("no page through the key")
	}
	_, err = ben.do(&op.Disassociate{Link: op.Link{Key: w.numbered("A-1"), Nav: nav}, Related: w.key("contact", "Yvonne")})
	ben.must(err)
	if got := w.row("contact", "Yvonne", "parentcustomerid"); got != "parentcustomerid=-" {
		t.Errorf("unbound: %s", got)
	}
	_, err = ben.do(&op.Delete{Key: w.numbered("A-1")})
	ben.must(err)
	if got := w.row("account", "Fabrikam", "name"); got != "" {
		t.Errorf("not deleted: %s", got)
	}
}

// An upsert makes the row with the values of the key; the body's own come first.
func TestUpsertByAlternateKeyMakesTheRow(t *testing.T) {
	w := numberedAccounts(t)
	ben := w.as("ben")
	t.Run("values of the key", func(t *testing.T) {
		r, err := ben.do(&op.Update{Key: w.numbered("B-1"), Mode: op.Upsert, Values: w.bind("account", values{"name": text("New")}), Return: w.selection("account", "name", "accountnumber")})
		ben.must(err)
		if rows := print(r.Page); !r.Created || r.Key.ID.IsZero() || rows[0] != "name=New accountnumber=B-1" {
			t.Errorf("made %v %v", r, rows)
		}
	})
	t.Run("the client's own id and number", func(t *testing.T) {
		r, err := ben.do(&op.Update{Key: w.numbered("B-2"), Mode: op.CreateOnly, Values: w.bind("account", values{"accountid": guid("Share"), "accountnumber": text("B-3")})})
		ben.must(err)
		if got := w.row("account", "Share", "accountnumber"); !r.Created || got != "accountnumber=B-3" {
			t.Errorf("made %v %s", r, got)
		}
	})
}

func TestAlternateKeysRefused(t *testing.T) {
	w := numberedAccounts(t)
	const missing = "A record with the specified key values does not exist in account entity"
	change := w.bind("account", values{"name": text("x")})
	for name, tt := range map[string]struct {
		who     string
		o       op.Op
		entry   dverr.Entry
		message string
	}{
		"no such row to read":       {"ben", &op.Retrieve{Key: w.numbered("C-1"), Select: w.selection("account", "name")}, dverr.RecordNotFoundByKey, missing},
		"no such row to change":     {"ben", &op.Update{Key: w.numbered("C-1"), Mode: op.UpdateOnly, Values: change}, dverr.RecordNotFoundByKey, missing},
		"no such row of a version":  {"ben", &op.Update{Key: w.numbered("C-1"), Mode: op.Upsert, IfVersion: 7, Values: change}, dverr.RecordNotFoundByKey, missing},
		"no such row to delete":     {"ben", &op.Delete{Key: w.numbered("C-1")}, dverr.RecordNotFoundByKey, missing},
		"no such row to bind":       {"ben", &op.Create{Table: w.table("contact"), Values: []op.Assignment{op.Bind(w.table("contact").Column("parentcustomerid"), w.numbered("C-1"))}}, dverr.RecordNotFoundByKey, missing},
		"If-None-Match of a row":    {"ben", &op.Update{Key: w.numbered("A-1"), Mode: op.CreateOnly, Values: change}, dverr.DuplicateKeyValues, ""},
		"somebody else's row":       {"ben", &op.Retrieve{Key: w.numbered("A-2"), Select: w.selection("account", "name")}, dverr.AccessDenied, ""},
		"somebody else's to change": {"ben", &op.Update{Key: w.numbered("A-2"), Mode: op.Upsert, Values: change}, dverr.AccessDenied, ""},
		"without the privilege":     {"eve", &op.Delete{Key: w.numbered("C-1")}, dverr.PrivilegeDenied, ""},
		"taken by another row": {"ben", &op.Create{Table: w.table("account"), Values: w.bind("account", values{"name": text("x"), "accountnumber": text("a-1")})}, dverr.EntityKeyViolated,
			"Entity Key The Number violated. A record with the same value for Account Number already exists. A duplicate record cannot be created. Select one or more unique values and try again."},
		"taken, by an update": {"ada", &op.Update{Key: w.numbered("A-2"), Mode: op.Upsert, Values: w.bind("account", values{"accountnumber": text("A-1")})}, dverr.EntityKeyViolated, ""},
		"a taken id":          {"ben", &op.Create{Table: w.table("account"), Values: w.bind("account", values{"accountid": guid("Fabrikam"), "accountnumber": text("C-9")})}, dverr.DuplicateRecord, "Cannot insert duplicate key."},
	} {
		t.Run(name, func(t *testing.T) {
			before := w.dump()
			_, err := w.as(tt.who).do(tt.o)
			if !tt.entry.Is(err) || tt.message != "" && dverr.From(err).Message != tt.message {
				t.Errorf("got %v, want %s %q", err, tt.entry.Name, tt.message)
			}
			if w.dump() != before {
				t.Error("the refusal left a trace")
			}
		})
	}
}

// Rows without a value in a column of the key are not compared (Dataverse facts A.3).
func TestRowsWithoutAKeyAreNotCompared(t *testing.T) {
	w := numberedAccounts(t)
	ben := w.as("ben")
	for range 2 {
		ben.must(ben.create("account", "", values{"name": text("nameless"), "accountnumber": query.Null()}))
		ben.must(ben.create("contact", "", values{"lastname": text("x"), "employeeid": text("7")}))
	}
	ben.must(ben.create("contact", "", values{"employeeid": text("7"), "parentcustomerid": ref{"account", "Fabrikam"}}))
	err := ben.create("contact", "", values{"employeeid": text("7"), "parentcustomerid": ref{"account", "Fabrikam"}})
	if !dverr.EntityKeyViolated.Is(err) {
		t.Errorf("two employees 7 of one account: %v", err)
	}
}

// A change set can name a row by the key with which an earlier step made it.
func TestAlternateKeysOfEarlierSteps(t *testing.T) {
	w := numberedAccounts(t)
	ben := w.as("ben")
	_, err := ben.do(&op.Multiple{Ops: []op.Op{
		&op.Update{Key: w.numbered("D-1"), Mode: op.Upsert, Values: w.bind("account", values{"name": text("made")})},
		&op.Update{Key: w.numbered("D-1"), Mode: op.UpdateOnly, Values: w.bind("account", values{"telephone1": text("5")})},
		&op.Create{Table: w.table("contact"), Values: append(w.bind("contact", values{"contactid": guid("Jim")}), op.Bind(w.table("contact").Column("parentcustomerid"), w.numbered("D-1")))},
	}})
	ben.must(err)
	s := w.selection("account", "telephone1")
	s.Where = query.Compare{Col: query.Col{Of: s, C: w.table("account").Column("accountnumber")}, Op: query.Equal, Value: text("D-1")}
	if rows := w.rows(s); len(rows) != 1 || rows[0] != "telephone1=5" {
		t.Errorf("made %v", rows)
	}
}
