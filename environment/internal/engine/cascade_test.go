package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/store"
)

// share gives a user a right on a row past the engine.
func (w *world) share(table, row, with string, mask int64) {
	err := w.store.Write(w.t.Context(), func(tx *store.Tx) error {
		w.put(tx, "principalobjectaccess", "share "+row, values{
			"objectid": guid(row), "objecttypecode": text(table), "principalid": guid(with), "principaltypecode": text("systemuser"),
			"accessrightsmask": number(mask), "inheritedaccessrightsmask": number(0),
		})
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// count counts the rows of tables.
func (w *world) count(tables ...string) string {
	var b strings.Builder
	for _, t := range tables {
		fmt.Fprintf(&b, "%s=%d ", t, len(w.rows(w.selection(t))))
	}
	return strings.TrimSpace(b.String())
}

// An account takes its contacts along, those their tasks, those their notes, though
// they belong to somebody else.
func TestDeleteTakesDependentsAlong(t *testing.T) {
	w := settled(t)
	ada, ben := w.as("ada"), w.as("ben")
	ada.must(ada.update("annotation", "Note", values{"ownerid": ref{"systemuser", "cleo"}}))
	ada.must(ada.create("account", "Litware", values{"name": text("Litware"), "primarycontactid": ref{"contact", "Jim"}, "parentaccountid": ref{"account", "Fabrikam"}}))
	w.share("account", "Fabrikam", "cleo", 1)
	before := w.row("account", "Litware", "versionnumber")
	ben.must(ben.delete("account", "Fabrikam"))
	if got := w.count("account", "contact", "task", "annotation", "principalobjectaccess"); got != "account=1 contact=0 task=0 annotation=0 principalobjectaccess=0" {
		t.Errorf("left: %s", got)
	}
	if got := w.row("account", "Litware", "primarycontactid", "parentaccountid", "modifiedby"); got != "primarycontactid=- parentaccountid=- modifiedby=ada" {
		t.Errorf("lookups to deleted rows: %s", got)
	}
	if w.row("account", "Litware", "versionnumber") == before {
		t.Error("a row whose lookup was cleared kept its version")
	}
}

// A lookup to a row of another table with the same id is not followed.
func TestCascadeHeedsTheTypeOfALookup(t *testing.T) {
	w := newWorld(t)
	ben := w.as("ben")
	ben.must(ben.create("account", "Jim", values{"name": text("Jim & Sons")}))
	ben.must(ben.create("contact", "Jim", values{"lastname": text("Glynn")}))
	ben.must(ben.create("task", "Call", values{"subject": text("Call"), "regardingobjectid": ref{"contact", "Jim"}}))
	ben.must(ben.delete("account", "Jim"))
	if got := w.count("account", "contact", "task"); got != "account=0 contact=1 task=1" {
		t.Errorf("left: %s", got)
	}
}

func TestRestrictedDelete(t *testing.T) {
	w := settled(t)
	w.model.Relationship("contact_customer_accounts").Delete = meta.Restrict
	ben := w.as("ben")
	before := w.dump()
	err := ben.delete("account", "Fabrikam")
	if !dverr.DeleteHasAssociation.Is(err) || w.dump() != before {
		t.Fatalf("got %v", err)
	}
	ben.must(ben.delete("contact", "Jim"))
	ben.must(ben.delete("account", "Fabrikam"))
}

// A row that goes along anyway restricts nothing, and a ring of rows ends.
func TestCascadeInARing(t *testing.T) {
	w := newWorld(t)
	w.model.Relationship("account_parent_account").Delete = meta.CascadeAll
	w.model.Relationship("account_primary_contact").Delete = meta.Restrict
	ben := w.as("ben")
	ben.must(ben.create("account", "Fabrikam", values{}))
	ben.must(ben.create("account", "Litware", values{"parentaccountid": ref{"account", "Fabrikam"}}))
	ben.must(ben.create("contact", "Jim", values{"parentcustomerid": ref{"account", "Litware"}}))
	ben.must(ben.update("account", "Fabrikam", values{"primarycontactid": ref{"contact", "Jim"}}))
	ben.must(ben.delete("account", "Fabrikam"))
	ben.must(ben.create("contact", "Ann", values{}))
	ben.must(ben.create("contact", "Yvonne", values{"parentcustomerid": ref{"contact", "Ann"}}))
	ben.must(ben.update("contact", "Ann", values{"parentcustomerid": ref{"contact", "Yvonne"}}))
	ben.must(ben.delete("contact", "Ann"))
	if got := w.count("account", "contact"); got != "account=0 contact=0" {
		t.Errorf("left: %s", got)
	}
}

// More dependents than one statement names.
func TestCascadeOfMany(t *testing.T) {
	w := newWorld(t)
	ben := w.as("ben")
	ben.must(ben.create("account", "Fabrikam", values{}))
	for range 900 {
		ben.must(ben.create("task", "", values{"regardingobjectid": ref{"account", "Fabrikam"}}))
	}
	ben.must(ben.create("task", "Call", values{}))
	ben.must(ben.delete("account", "Fabrikam"))
	if got := w.count("account", "task"); got != "account=0 task=1" {
		t.Errorf("left: %s", got)
	}
}

// Clearing parentcustomerid clears what repeats it.
func TestLettingGoClearsMirrors(t *testing.T) {
	w := settled(t)
	w.model.Relationship("contact_customer_accounts").Delete = meta.RemoveLink
	ben := w.as("ben")
	ben.must(ben.delete("account", "Fabrikam"))
	if got := w.row("contact", "Jim", "parentcustomerid", "parentcustomeridtype", "accountid"); got != "parentcustomerid=- parentcustomeridtype=- accountid=-" {
		t.Errorf("got %s", got)
	}
}
