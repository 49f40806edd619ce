package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/store"
)

// Whatever right is missing on whatever table, the refusal names the privilege, its id
// and the table (Dataverse facts 3.9). eve holds prvReadAccount and nothing else.
func TestRefusalsNameThePrivilege(t *testing.T) {
	w := newWorld(t)
	eve, refused := w.as("eve"), 0
	for _, table := range w.model.Tables {
		for i, p := range table.Privileges {
			right := meta.Right(i)
			if p == nil || eve.caller.Has(p) != access.None {
				continue
			}
			refused++
			_, err := access.Probe(eve.caller, right, w.selection(table.LogicalName, table.PrimaryID.LogicalName))
			d := dverr.From(err)
			want := fmt.Sprintf(", is missing %s privilege (Id=%s) on OTC=%d for entity '%s' (LocalizedName='%s'). context.Caller=%s. Consider adding missed privilege to one of the principal (user/team) roles.",
				p.Name, p.ID, table.TypeCode, table.LogicalName, table.DisplayName, id("eve"))
			head := fmt.Sprintf("Principal user (Id=%s, type=8, roleCount=1, privilegeCount=1, accessMode='0 Read-Write', AADObjectId='%s', ", id("eve"), id("eve object"))
			if !dverr.PrivilegeDenied.Is(err) || d.HTTPStatus() != 403 || !strings.HasPrefix(d.Message, head) || !strings.HasSuffix(d.Message, want) {
				t.Errorf("%s on %s: %d %s\nwant %s…%s", right, table.LogicalName, d.HTTPStatus(), d.Message, head, want)
			}
		}
	}
	if refused < 100 {
		t.Errorf("only %d rights were refused", refused)
	}
}

// The names that do not follow from the table's, and ids that are the same everywhere
// (Dataverse facts 3.4).
func TestRefusalsOfOddNames(t *testing.T) {
	w := newWorld(t)
	eve := w.as("eve")
	for _, tt := range []struct {
		table string
		right meta.Right
		want  string
	}{
		{"account", meta.Create, "prvCreateAccount privilege (Id=d26fe964-230b-42dd-ad93-5cc879de411e)"},
		{"systemuser", meta.Read, "prvReadUser privilege"},
		{"task", meta.Write, "prvWriteActivity privilege"},
		{"annotation", meta.Delete, "prvDeleteNote privilege"},
		{"fieldpermission", meta.Read, "prvReadFieldSecurityProfile privilege"},
		{"savedquery", meta.Read, "prvReadQuery privilege"},
		{"team", meta.Append, "prvAppendTeam privilege"},
		{"transactioncurrency", meta.AppendTo, "prvAppendToTransactionCurrency privilege"},
	} {
		_, err := access.Probe(eve.caller, tt.right, w.selection(tt.table, w.table(tt.table).PrimaryID.LogicalName))
		if d := dverr.From(err); !strings.Contains(d.Message, "is missing "+tt.want) {
			t.Errorf("%s on %s: %s", tt.right, tt.table, d.Message)
		}
	}
}

// Rows out of reach, right by right, in the words of SecLib.
func TestRefusalsNameTheRow(t *testing.T) {
	w := newWorld(t)
	ben, cleo := w.as("ben"), w.as("cleo")
	ben.must(ben.create("account", "Fabrikam", values{"name": text("Fabrikam")}))
	for _, right := range []meta.Right{meta.Read, meta.Write, meta.Delete, meta.Append, meta.AppendTo, meta.Assign, meta.Share} {
		want := fmt.Sprintf("SecLib::AccessCheckEx failed. Returned hr = -2147187962, ObjectID: %s, OwnerId: %s,  OwnerIdType: 8 and CallingUser: %s. ObjectTypeCode: 1, objectBusinessUnitId: %s, AccessRights: %sAccess ",
			id("Fabrikam"), id("ben"), id("cleo"), id("sales"), right)
		err := cleo.reaches(right, w.key("account", "Fabrikam"))
		if d := dverr.From(err); !dverr.AccessDenied.Is(err) || d.HTTPStatus() != 403 || d.Message != want {
			t.Errorf("%s: %d %s\nwant %s", right, d.HTTPStatus(), d.Message, want)
		}
	}
}

// reaches asks for a right on a row as messages do.
func (a actor) reaches(right meta.Right, key op.Key) error {
	return a.store.Read(a.t.Context(), func(tx *store.Tx) error {
		return engine.Sees(a.t.Context(), engine.Call{Caller: a.caller, Model: a.model, Now: a.now}, tx, key, right)
	})
}
