package engine_test

import (
	"testing"

	office "github.com/stead-s2s/stead/environment/internal/company"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// merging adds the action Merge of the tests: it merges the second account into the
// first.
func merging(parents bool, names ...string) (string, engine.Action) {
	return "TestMerge", func(w *engine.Work, _ *op.Message) (op.Answer, error) {
		t := w.Call.Model.Table("account")
		content := []op.Assignment{{Column: t.Column("telephone1"), Value: text("555")}, {Column: t.PrimaryID, Value: guid("Share")}}
		return op.Answer{}, w.Merge(op.Key{Table: t, ID: id(names[0])}, op.Key{Table: t, ID: id(names[1])}, content, parents)
	}
}

// twins are Fabrikam with nothing and Litware with a contact, a task, a note and an
// account below, all of them ada's.
func twins(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	ada := w.as("ada")
	ada.must(ada.create("account", "Fabrikam", values{"name": text("Fabrikam")}))
	ada.must(ada.create("account", "Litware", values{"name": text("Litware")}))
	ada.must(ada.create("account", "Share", values{"name": text("Below"), "parentaccountid": ref{"account", "Litware"}}))
	ada.must(ada.create("contact", "Yvonne", values{"parentcustomerid": ref{"account", "Litware"}}))
	ada.must(ada.create("task", "Call", values{"subject": text("Call"), "regardingobjectid": ref{"account", "Litware"}}))
	ada.must(ada.create("annotation", "Note", values{"objectid": ref{"account", "Litware"}}))
	return w
}

func (w *world) merge(who string, parents bool, names ...string) error {
	name, action := merging(parents, names...)
	w.start(office.Office{}, engine.Config{Actions: map[string]engine.Action{name: action}})
	_, err := w.as(who).do(&op.Message{Name: name})
	return err
}

func TestMergeMovesWhatPointsToTheSubordinate(t *testing.T) {
	w := twins(t)
	before := w.row("contact", "Yvonne", "versionnumber")
	w.as("ada").must(w.merge("ada", true, "Fabrikam", "Litware"))
	for _, tt := range []struct{ got, want string }{
		{w.row("account", "Fabrikam", "name", "telephone1", "statecode", "merged", "masterid"), "name=Fabrikam telephone1=555 statecode=0 merged=0 masterid=-"},
		{w.row("account", "Litware", "name", "telephone1", "statecode", "statuscode", "merged", "masterid"), "name=Litware telephone1=- statecode=1 statuscode=2 merged=1 masterid=Fabrikam"},
		{w.row("account", "Share", "parentaccountid"), "parentaccountid=Fabrikam"},
		{w.row("contact", "Yvonne", "parentcustomerid", "parentcustomeridtype", "accountid"), "parentcustomerid=Fabrikam parentcustomeridtype=1 accountid=Fabrikam"},
		{w.row("task", "Call", "regardingobjectid"), "regardingobjectid=Fabrikam"},
		{w.row("annotation", "Note", "objectid"), "objectid=Fabrikam"},
	} {
		if tt.got != tt.want {
			t.Errorf("got %s, want %s", tt.got, tt.want)
		}
	}
	if w.row("contact", "Yvonne", "versionnumber") == before {
		t.Error("a row that moved kept its version")
	}
	if err := w.merge("ada", false, "Fabrikam", "Litware"); !dverr.InvalidState.Is(err) {
		t.Errorf("merged twice: %v", err)
	}
}

func TestMergeRefused(t *testing.T) {
	w := twins(t)
	ada := w.as("ada")
	before := w.dump()
	for name, tt := range map[string]struct {
		who     string
		parents bool
		rows    []string
		entry   dverr.Entry
	}{
		"parents differ":        {"ada", true, []string{"Fabrikam", "Share"}, dverr.InvalidParent},
		"no privilege to merge": {"ben", false, []string{"Fabrikam", "Litware"}, dverr.PrivilegeDenied},
		"no such row":           {"ada", false, []string{"Fabrikam", "Jim"}, dverr.ObjectDoesNotExist},
	} {
		if err := w.merge(tt.who, tt.parents, tt.rows...); !tt.entry.Is(err) || w.dump() != before {
			t.Errorf("%s: %v", name, err)
		}
	}
	ada.must(w.merge("ada", false, "Fabrikam", "Share"))
}

// A name's reading is the name where nobody gave another.
func TestPhoneticNames(t *testing.T) {
	w := newWorld(t)
	ada := w.as("ada")
	ada.must(ada.create("contact", "Yvonne", values{"firstname": text("Yvonne"), "lastname": text("McKay"), "yomilastname": text("Makei")}))
	if got := w.row("contact", "Yvonne", "fullname", "yomifullname"); got != "fullname=Yvonne McKay yomifullname=Yvonne Makei" {
		t.Error(got)
	}
	ada.must(ada.update("contact", "Yvonne", values{"yomilastname": query.Null()}))
	if got := w.row("contact", "Yvonne", "yomifullname"); got != "yomifullname=Yvonne McKay" {
		t.Error(got)
	}
}
