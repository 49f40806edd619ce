package engine_test

import (
	"strings"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// settled is a world with rows: ben's account, contact, task, note and a share of his
// account with cleo.
func settled(t testing.TB) *world {
	w := newWorld(t)
	ben := w.as("ben")
	ben.must(ben.create("account", "Fabrikam", values{"name": text("Fabrikam"), "revenue": dollars(10)}))
	ben.must(ben.create("contact", "Jim", values{"lastname": text("Glynn"), "parentcustomerid": ref{"account", "Fabrikam"}}))
	ben.must(ben.create("task", "Call", values{"subject": text("Call"), "regardingobjectid": ref{"contact", "Jim"}}))
	ben.must(ben.create("annotation", "Note", values{"subject": text("Note"), "objectid": ref{"task", "Call"}}))
	return w
}

// A refused write has the documented code, status and words, and leaves no trace.
func TestRefusedWritesLeaveNoTrace(t *testing.T) {
	long := strings.Repeat("x", 201)
	wide := strings.Repeat("😀", 11) // 22 UTF-16 units
	tests := []struct {
		name    string
		who     string
		write   func(actor) error
		entry   dverr.Entry
		message string
	}{
		{"text too long", "ben", func(a actor) error { return a.create("task", "", values{"subject": text(long)}) },
			dverr.StringTooLong, "A validation error occurred.  The length of the 'subject' attribute of the 'task' entity exceeded the maximum allowed length of '200'."},
		{"text too long in UTF-16", "ben", func(a actor) error {
			return a.update("account", "Fabrikam", values{"accountnumber": text(wide)})
		}, dverr.StringTooLong, "A validation error occurred.  The length of the 'accountnumber' attribute of the 'account' entity exceeded the maximum allowed length of '20'."},
		{"number out of range", "ben", func(a actor) error {
			return a.update("account", "Fabrikam", values{"numberofemployees": number(-1)})
		}, dverr.NumberOutOfRange, "A validation error occurred. The value of 'numberofemployees' on record of type 'account' is outside the valid range."},
		{"latitude out of range", "ben", func(a actor) error {
			return a.update("account", "Fabrikam", values{"address1_latitude": query.Float(91)})
		}, dverr.DecimalOutOfRange, "A validation error occurred. The value of 'address1_latitude' on record of type 'account' is outside the valid range."},
		{"money out of range", "ben", func(a actor) error {
			return a.update("account", "Fabrikam", values{"revenue": dollars(-1)})
		}, dverr.DecimalOutOfRange, "A validation error occurred. The value of 'revenue' on record of type 'account' is outside the valid range."},
		{"no such choice", "ben", func(a actor) error {
			return a.update("account", "Fabrikam", values{"ownershipcode": number(99)})
		}, dverr.ChoiceOutOfRange, "A validation error occurred. The value 99 of 'ownershipcode' on record of type 'account' is outside the valid range. Accepted Values: 1,2,3,4"},
		{"date before 1753", "ben", func(a actor) error {
			return a.create("task", "", values{"scheduledend": number(-62135596800)})
		}, dverr.InvalidDateTime, "DateTime is less than minumum value supported by CrmDateTime. Actual value: 01/01/0001 00:00:00, Minimum value supported: 01/01/1753 00:00:00"},
		{"status of another state", "ben", func(a actor) error {
			return a.update("account", "Fabrikam", values{"statuscode": number(2)})
		}, dverr.InvalidStateStatus, "2 is not a valid status code for state code AccountState.Active on account with Id " + id("Fabrikam").String() + "."},
		{"state and status that do not fit", "ben", func(a actor) error {
			return a.update("task", "Call", values{"statecode": number(1), "statuscode": number(2)})
		}, dverr.InvalidStateStatus, "2 is not a valid status code for state code TaskState.Completed on task with Id " + id("Call").String() + "."},
		{"no such state", "ben", func(a actor) error { return a.update("task", "Call", values{"statecode": number(7)}) },
			dverr.InvalidStateStatus, "7 is not a valid state code on task with Id " + id("Call").String() + "."},
		{"an activity that begins completed", "ben", func(a actor) error {
			return a.create("task", "Share", values{"subject": text("x"), "statuscode": number(5)})
		}, dverr.InvalidStateStatus, "5 is not a valid status code for state code TaskState.Open on task with Id " + id("Share").String() + "."},
		{"state taken away", "ben", func(a actor) error { return a.update("account", "Fabrikam", values{"statecode": query.Null()}) },
			dverr.RequiredMissing, "Required field 'statecode' is missing"},
		{"owner taken away", "ben", func(a actor) error { return a.update("account", "Fabrikam", values{"ownerid": query.Null()}) },
			dverr.RequiredMissing, "Required field 'ownerid' is missing"},
		{"required column taken away", "ada", func(a actor) error {
			return a.update("businessunit", "sales", values{"name": text("")})
		}, dverr.MissingUnitName, "The business name was unexpectedly missing."},
		{"id taken", "ada", func(a actor) error { return a.create("account", "Fabrikam", values{"name": text("x")}) },
			dverr.DuplicateRecord, "Cannot insert duplicate key."},
		{"link to nothing", "ben", func(a actor) error {
			return a.create("contact", "", values{"lastname": text("x"), "parentcustomerid": ref{"account", "Litware"}})
		}, dverr.ObjectDoesNotExist, "Entity 'account' With Id = " + id("Litware").String() + " Does Not Exist"},
		{"link to somebody else's row", "cleo", func(a actor) error {
			return a.create("contact", "", values{"lastname": text("x"), "parentcustomerid": ref{"account", "Fabrikam"}})
		}, dverr.AccessDenied, ""},
		{"unknown owner", "ada", func(a actor) error {
			return a.update("account", "Fabrikam", values{"ownerid": ref{"systemuser", "nobody"}})
		}, dverr.ObjectDoesNotExist, "Entity 'systemuser' With Id = " + id("nobody").String() + " Does Not Exist"},
		{"disabled owner", "ada", func(a actor) error {
			return a.update("account", "Fabrikam", values{"ownerid": ref{"systemuser", "dan"}})
		}, dverr.UserNotEnabled, "The user with SystemUserId=" + id("dan").String() + " in OrganizationContext=" + id("contoso").String() + " is disabled"},
		{"access team as owner", "ada", func(a actor) error {
			return a.update("account", "Fabrikam", values{"ownerid": ref{"team", "helpers"}})
		}, dverr.CannotAssignToAccessTeam, "You cannot assign a record to the access team. You can assign a record to the owner team."},
		{"owner who may not read", "ada", func(a actor) error {
			return a.update("contact", "Jim", values{"ownerid": ref{"systemuser", "eve"}})
		}, dverr.PrincipalDenied, "Target user or team does not hold required privileges."},
		{"row of somebody else", "cleo", func(a actor) error { return a.update("account", "Fabrikam", values{"name": text("x")}) },
			dverr.AccessDenied, ""},
		{"no privilege to write", "contoso-reader", func(a actor) error {
			return a.update("account", "Fabrikam", values{"name": text("x")})
		}, dverr.PrivilegeDenied, ""},
		{"no privilege to create", "contoso-reader", func(a actor) error { return a.create("account", "", values{"name": text("x")}) },
			dverr.PrivilegeDenied, ""},
		{"no privilege to delete", "contoso-reader", func(a actor) error { return a.delete("account", "Fabrikam") },
			dverr.PrivilegeDenied, ""},
		{"row of somebody else deleted", "cleo", func(a actor) error { return a.delete("account", "Fabrikam") },
			dverr.AccessDenied, ""},
		{"row that is not there deleted", "ada", func(a actor) error { return a.delete("account", "Litware") },
			dverr.ObjectDoesNotExist, "Entity 'account' With Id = " + id("Litware").String() + " Does Not Exist"},
		{"row that is not there updated", "ben", func(a actor) error { return a.update("account", "Litware", values{"name": text("x")}) },
			dverr.ObjectDoesNotExist, "Entity 'account' With Id = " + id("Litware").String() + " Does Not Exist"},
		{"backdating without the privilege", "ben", func(a actor) error {
			return a.create("account", "", values{"name": text("x"), "overriddencreatedon": number(5)})
		}, dverr.PrivilegeDenied, ""},
		{"note whose document is no Base64", "ben", func(a actor) error { return a.update("annotation", "Note", values{"documentbody": text("*")}) },
			dverr.InvalidArgument, "The 'documentbody' of the 'annotation' entity is not Base64."},
		{"user made by POST", "ada", func(a actor) error { return a.create("systemuser", "", values{"lastname": text("x")}) },
			dverr.NotSupported, "This action is not supported."},
		{"privilege deleted", "ada", func(a actor) error { return a.delete("privilege", "x") },
			dverr.NotSupported, "This action is not supported."},
		{"application of a user", "ada", func(a actor) error {
			return a.update("systemuser", "contoso-app", values{"applicationid": guid("other")})
		}, dverr.AppUserCannotBeUpdated, "The user representing an OAuth application cannot not be updated"},
		{"user moved without the privilege", "ben", func(a actor) error {
			return a.update("systemuser", "ben", values{"businessunitid": ref{"businessunit", "service"}})
		}, dverr.PrivilegeDenied, ""},
		{"user moved to nowhere", "ada", func(a actor) error {
			return a.update("systemuser", "ben", values{"businessunitid": ref{"businessunit", "Litware"}})
		}, dverr.ObjectDoesNotExist, ""},
	}
	w := settled(t)
	before := w.dump()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := tt.write(w.as(tt.who))
			if !tt.entry.Is(err) {
				t.Fatalf("got %v, want %s", err, tt.entry.Name)
			}
			if got := dverr.From(err).Message; tt.message != "" && got != tt.message {
				t.Errorf("got  %s\nwant %s", got, tt.message)
			}
			if w.dump() != before {
				t.Error("the database has changed")
			}
		})
	}
}

// Who may write a row and not give it away is told so by the right it lacks.
func TestAssignIsAskedForItself(t *testing.T) {
	w := settled(t)
	w.revoke("Basic User", w.table("account").Privileges[meta.Assign])
	ben := w.as("ben")
	err := ben.update("account", "Fabrikam", values{"ownerid": ref{"systemuser", "cleo"}})
	if !dverr.PrivilegeDenied.Is(err) || !strings.Contains(err.Error(), "prvAssignAccount") {
		t.Errorf("got %v", err)
	}
	ben.must(ben.update("account", "Fabrikam", values{"ownerid": ref{"systemuser", "ben"}, "name": text("Fabrikam Inc.")}))
	if got := w.row("account", "Fabrikam", "name", "ownerid"); got != "name=Fabrikam Inc. ownerid=ben" {
		t.Errorf("naming the present owner: %s", got)
	}
}

// A wrong value is wrong for everybody; what a row holds shows to nobody without a
// right to it.
func TestOrderOfRefusals(t *testing.T) {
	w := settled(t)
	cleo := w.as("cleo")
	if err := cleo.update("account", "Fabrikam", values{"ownershipcode": number(99)}); !dverr.ChoiceOutOfRange.Is(err) {
		t.Errorf("a bad value in another's row: %v", err)
	}
	if err := cleo.update("account", "Fabrikam", values{"statuscode": number(2)}); !dverr.AccessDenied.Is(err) {
		t.Errorf("a status that does not fit another's row: %v", err)
	}
	reader := w.as("contoso-reader")
	if err := reader.update("account", "Litware", values{"name": text("x")}); !dverr.PrivilegeDenied.Is(err) {
		t.Errorf("a row that is not there, without the privilege: %v", err)
	}
}

// The Web API does not insist on columns that only applications require.
func TestBusinessRequiredIsNotEnforced(t *testing.T) {
	w := newWorld(t)
	ben := w.as("ben")
	ben.must(ben.create("account", "Fabrikam", values{}))
	if got := w.row("account", "Fabrikam", "name"); got != "name=-" {
		t.Errorf("got %s", got)
	}
}

func TestSystemRequired(t *testing.T) {
	w := newWorld(t)
	ada := w.as("ada")
	before := w.dump()
	err := ada.create("transactioncurrency", "", values{"isocurrencycode": text("CHF")})
	if !dverr.RequiredMissing.Is(err) || w.dump() != before {
		t.Errorf("a currency without a name: %v", err)
	}
}
