package access

import (
	"strings"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
)

// Who reads every row may follow what becomes of them, and nobody who reads fewer; a table
// whose changes are not kept is followed by nobody.
func TestFollow(t *testing.T) {
	w := contoso(t)
	account := w.model.Table("account")
	if _, err := Follow(w.as("ada"), account); !dverr.ChangesNotTracked.Is(err) {
		t.Errorf("not tracked: %v", err)
	}
	account.ChangeTracking = true
	w.role("Contacts only", "contact", "Read", Global)
	w.user("dan", "Sales", "Contacts only")
	if f, err := Follow(w.as("ada"), account); err != nil || f.Table() != account {
		t.Errorf("ada: %v %v", f.Table(), err)
	}
	for who, want := range map[string]string{"ben": "depth Basic", "dan": "prvReadAccount"} {
		f, err := Follow(w.as(who), account)
		if f.Table() != nil || err == nil || !strings.Contains(refusal(t, err).Message+refusal(t, err).Help, want) {
			t.Errorf("%s: %v %v", who, f.Table(), err)
		}
	}
}

// Of tables without a privilege to read, who sees every row may follow, and nobody who sees
// those that go with other rows.
func TestFollowWithoutAPrivilege(t *testing.T) {
	w := filing(t)
	held := w.model.Table(meta.AttachmentTable)
	held.ChangeTracking = true
	if _, err := Follow(w.as("ben"), held); !dverr.PrivilegeDenied.Is(err) {
		t.Errorf("descriptions of files: %v", err)
	}
	w = contoso(t)
	for _, name := range []string{"privilege", "secret"} {
		tab := w.model.Table(name)
		tab.ChangeTracking = true
		if _, err := Follow(w.as("ben"), tab); name == "privilege" && err != nil || name == "secret" && !dverr.PrivilegeDenied.Is(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
