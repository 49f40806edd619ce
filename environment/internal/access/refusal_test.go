package access

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/meta"
)

// TestPrivilegeDenied pins form (b) of facts 3.9 and the Help beside it.
func TestPrivilegeDenied(t *testing.T) {
	w := contoso(t)
	w.role("Local Currency", "transactioncurrency", "Write", Local)
	w.app("clerk", "Sales", "Local Currency", "Delegate")
	w.app("courier", "Sales", "Delegate")
	w.user("olga", "Sales", "Local Currency")
	w.model.Privilege("prvWriteTransactionCurrency").Local = true
	principal := func(name string, roles, privileges int, mode, unit string) string {
		return fmt.Sprintf("Principal user (Id=%s, type=8, roleCount=%d, privilegeCount=%d, accessMode='%s', AADObjectId='%s', MetadataCachePrivilegesCount=57, businessUnitId=%s), is missing ",
			id(name), roles, privileges, mode, id("oid "+name), id(unit))
	}
	tail := func(name string) string {
		return fmt.Sprintf(". context.Caller=%s. Consider adding missed privilege to one of the principal (user/team) roles.", id(name))
	}
	for name, tt := range map[string]struct {
		who, for_, table string
		right            meta.Right
		text             string
		help             []string
	}{
		"not held": {
			who: "ben", table: "team", right: meta.Create,
			text: principal("ben", 1, 19, "0 Read-Write", "Sales") + "prvCreateTeam privilege (Id=" + id("prvCreateTeam").String() + ") on OTC=9 for entity 'team' (LocalizedName='Team')" + tail("ben"),
			help: []string{`user "ben"`, "holds no prvCreateTeam; its roles are: Basic User.", "Smallest change: prvCreateTeam at depth Basic (User)", "business unit Sales"},
		},
		"too shallow where nobody owns": {
			who: "clerk", table: "transactioncurrency", right: meta.Write,
			text: principal("clerk", 2, 2, "4 Non-interactive", "Sales") + "prvWriteTransactionCurrency privilege (Id=" + id("prvWriteTransactionCurrency").String() + ") on OTC=9105 for entity 'transactioncurrency' (LocalizedName='TransactionCurrency')" + tail("clerk"),
			help: []string{`application user "clerk"`, "at a depth that counts here (it has Local (Business Unit))", "at depth Global (Organization)", "Delegate, Local Currency"},
		},
		"the one acted for lacks it": {
			who: "loader", for_: "ben", table: "team", right: meta.Read,
			text: principal("ben", 1, 19, "0 Read-Write", "Sales") + "prvReadTeam privilege (Id=" + id("prvReadTeam").String() + ") on OTC=9 for entity 'team' (LocalizedName='Team')" + tail("ben"),
			help: []string{`user "ben"`, "for whom the request acts"},
		},
		"the actor lacks it, the text names the other": {
			who: "clerk", for_: "ada", table: "account", right: meta.Read,
			text: principal("ada", 1, 57, "0 Read-Write", "Contoso") + "prvReadAccount privilege (Id=" + id("prvReadAccount").String() + ") on OTC=1 for entity 'account' (LocalizedName='Account')" + tail("ada"),
			help: []string{`application user "clerk"`, `who acts for user "ada"`},
		},
		"neither reaches what nobody owns": {
			who: "courier", for_: "olga", table: "transactioncurrency", right: meta.Write,
			text: principal("olga", 1, 1, "0 Read-Write", "Sales") + "prvWriteTransactionCurrency privilege (Id=" + id("prvWriteTransactionCurrency").String() + ") on OTC=9105 for entity 'transactioncurrency' (LocalizedName='TransactionCurrency')" + tail("olga"),
			help: []string{`user "olga"`, "for whom the request acts"},
		},
		"no such privilege": {
			who: "ada", table: "secret", right: meta.Read,
			text: principal("ada", 1, 57, "0 Read-Write", "Contoso") + "prvReadnew_Secret privilege (Id=00000000-0000-0000-0000-000000000000) on OTC=10001 for entity 'secret' (LocalizedName='new_Secret')" + tail("ada"),
			help: []string{"table secret has no Read privilege"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Probe(w.onBehalf(tt.who, tt.for_), tt.right, w.all(tt.table))
			d := refusal(t, err)
			if d.Entry.Code.String() != "0x80040220" || d.HTTPStatus() != 403 || d.Message != tt.text {
				t.Errorf("%d %s\n%s\nwant\n%s", d.HTTPStatus(), d.Entry.Code, d.Message, tt.text)
			}
			for _, part := range tt.help {
				if !strings.Contains(d.Help, part) {
					t.Errorf("help %q lacks %q", d.Help, part)
				}
			}
			if tt.for_ == "" && strings.Contains(d.Help, "the request acts") {
				t.Errorf("help %q speaks of acting for somebody", d.Help)
			}
		})
	}
}

// TestDenied pins the record-level text of facts 3.9, blank for blank, and the
// smallest change that Help proposes.
func TestDenied(t *testing.T) {
	w := contoso(t)
	w.role("Local Writer", "account", "Read Write", Local)
	w.app("sync", "Contoso", "Local Writer", "Delegate")
	w.role("Own Queries", "contact", "Read", Basic)
	read := w.model.Privilege("prvReadContact")
	row := func(owner, unit string) Row {
		return Row{ID: id("row"), Owner: id(owner), OwnerType: 8, Unit: id(unit)}
	}
	for name, tt := range map[string]struct {
		who, for_ string
		right     meta.Right
		table     string
		row       Row
		help      []string
		never     string
	}{
		"unit": {who: "ben", right: meta.Write, table: "account", row: row("ada", "Sales"),
			help: []string{`user "ben"`, "holds prvWriteAccount at depth Basic (User)", `business unit "Sales"`, "prvWriteAccount at depth Local (Business Unit) in one of the roles Basic User", "share the row with WriteAccess"}},
		"unit below": {who: "ben", right: meta.Read, table: "account", row: row("ada", "North"),
			help: []string{"at depth Deep (Parent: Child Business Units)", "share the row with ReadAccess"}},
		"elsewhere": {who: "ben", right: meta.AppendTo, table: "account", row: row("ada", "Service"),
			help: []string{"prvAppendToAccount at depth Global (Organization)"}},
		"a unit that is gone": {who: "ben", right: meta.Read, table: "account", row: row("ada", "nowhere"),
			help: []string{"its business unit " + id("nowhere").String()}},
		"no such privilege": {who: "ben", right: meta.Read, table: "secret", row: row("ada", "Sales"),
			help: []string{"Read on secret is not the caller's"}, never: "Smallest change"},
		"create is not shared": {who: "ben", right: meta.Create, table: "account", row: row("cleo", "Service"),
			help: []string{"prvCreateAccount at depth Global"}, never: "share"},
		"users are not shared": {who: "ben", right: meta.Read, table: "systemuser", row: Row{ID: id("cleo"), Unit: id("Service")},
			help: []string{"prvReadSystemUser at depth Global"}, never: "share"},
		"the actor's depth ends first": {who: "sync", for_: "ada", right: meta.Read, table: "account", row: row("ada", "Service"),
			help: []string{`application user "sync"`, `who acts for user "ada"`, "holds prvReadAccount at depth Local"}},
		"the other's depth ends first": {who: "loader", for_: "ben", right: meta.Read, table: "account", row: row("ada", "Service"),
			help: []string{`user "ben"`, "for whom the request acts"}},
	} {
		t.Run(name, func(t *testing.T) {
			c := w.onBehalf(tt.who, tt.for_)
			d := refusal(t, Denied(c, tt.right, w.model.Table(tt.table), tt.row))
			want := fmt.Sprintf("SecLib::AccessCheckEx failed. Returned hr = -2147187962, ObjectID: %s, OwnerId: %s,  OwnerIdType: %d and CallingUser: %s. ObjectTypeCode: %d, objectBusinessUnitId: %s, AccessRights: %s ",
				tt.row.ID, tt.row.Owner, tt.row.OwnerType, c.Effective.ID, w.model.Table(tt.table).TypeCode, tt.row.Unit, tt.right.String()+"Access")
			if d.Entry.Code.String() != "0x80048306" || d.HTTPStatus() != 403 || d.Message != want {
				t.Errorf("%d %s\n%q\nwant\n%q", d.HTTPStatus(), d.Entry.Code, d.Message, want)
			}
			for _, part := range tt.help {
				if !strings.Contains(d.Help, part) {
					t.Errorf("help %q lacks %q", d.Help, part)
				}
			}
			if tt.never != "" && strings.Contains(d.Help, tt.never) {
				t.Errorf("help %q speaks of %q", d.Help, tt.never)
			}
		})
	}
	// A privilege that roles may hold at Basic only leaves sharing as the way.
	read.Local, read.Deep, read.Global = false, false, false
	if d := refusal(t, Denied(w.as("ben"), meta.Read, w.model.Table("contact"), row("ada", "Sales"))); !strings.Contains(d.Help, "Smallest change: share the row with ReadAccess.") {
		t.Error(d.Help)
	}
}

func TestAccessModes(t *testing.T) {
	for mode, want := range map[int64]string{0: "0 Read-Write", 3: "3 Support User", 5: "5 Delegated Admin", 6: "6", -1: "-1"} {
		if got := accessMode(mode); got != want {
			t.Errorf("%d is %q, want %q", mode, got, want)
		}
	}
}

// A team is named as a team when it may not own.
func TestPrincipalDenied(t *testing.T) {
	w := contoso(t)
	w.team("Helpers", "Service", 0, "ben")
	c, account := w.as("ada"), w.model.Table("account")
	for owner, want := range map[string]string{"Helpers": `team "Helpers"`, "dora": `user "dora"`} {
		d := refusal(t, c.mayOwn(account, id(owner)))
		if d.Entry.Code.String() != "0x80040231" || d.HTTPStatus() != 403 || d.Message != "Target user or team does not hold required privileges." {
			t.Error(d)
		}
		if !strings.Contains(d.Help, want) || !strings.Contains(d.Help, "prvReadAccount at depth Basic (User)") {
			t.Error(d.Help)
		}
	}
	if d := refusal(t, c.mayOwn(account, id("zoe"))); d.Entry.Code.String() != "0x80040210" || d.Message != "Invalid assignee id." {
		t.Error(d)
	}
}
