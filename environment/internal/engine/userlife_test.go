package engine_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	office "github.com/stead-s2s/stead/environment/internal/company"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/store"
)

// register is a directory that tests change.
type register map[meta.ID]office.Principal

func (r register) ServicePrincipal(_ context.Context, app meta.ID) (office.Principal, bool, error) {
	p, known := r[app]
	return p, known, nil
}

// withDirectory is a world whose directory knows the applications of its users.
func withDirectory(t *testing.T, change ...func(*office.Office)) (*world, register) {
	t.Helper()
	w, r := newWorld(t), register{}
	o := office.Office{Directory: r}
	for _, f := range change {
		f(&o)
	}
	w.start(o, engine.Config{})
	return w, r
}

// add puts a row into the world.
func (w *world) add(table, name string, vs values) {
	w.t.Helper()
	if err := w.store.Write(w.t.Context(), func(tx *store.Tx) error { w.put(tx, table, name, vs); return nil }); err != nil {
		w.t.Fatal(err)
	}
}

// A renamed application, or one whose service principal was made again, is told by naming
// the application anew.
func TestApplicationUsersAreRefreshed(t *testing.T) {
	w, directory := withDirectory(t)
	ada, app := w.as("ada"), id("contoso-reader application")
	refresh := values{"applicationid": guid("contoso-reader application")}
	if err := ada.update("systemuser", "contoso-reader", refresh); !dverr.AppIDNotFound.Is(err) {
		t.Errorf("an application that the tenant has no more: %v", err)
	}
	directory[app] = office.Principal{ObjectID: id("second principal"), Name: "Reader 2", URI: "api://reader", Domain: "contoso.example"}
	ada.must(ada.update("systemuser", "contoso-reader", refresh))
	want := fmt.Sprintf("fullname=Reader 2 azureactivedirectoryobjectid=second principal applicationiduri=api://reader domainname=%s@contoso.example", app)
	if got := w.row("systemuser", "contoso-reader", "fullname", "azureactivedirectoryobjectid", "applicationiduri", "domainname"); got != want &&
		got != strings.Replace(want, "second principal", id("second principal").String(), 1) {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if err := ada.update("systemuser", "contoso-reader", values{"azureactivedirectoryobjectid": guid("another")}); !dverr.CannotUpdateObjectID.Is(err) {
		t.Errorf("an object id by hand: %v", err)
	}
}

func TestApplicationUsersAreDeleted(t *testing.T) {
	w, _ := withDirectory(t)
	ada := w.as("ada")
	ada.must(ada.create("account", "Hers", values{"name": text("hers"), "ownerid": ref{"systemuser", "contoso-app"}}))
	for _, tt := range []struct {
		what  string
		do    func() error
		entry dverr.Entry
	}{
		{"a person", func() error { return ada.delete("systemuser", "ben") }, dverr.NotSupported},
		{"who is active", func() error { return ada.delete("systemuser", "contoso-app") }, dverr.CannotDeleteActiveUser},
		{"without the privilege", func() error { return w.as("ben").delete("systemuser", "contoso-app") }, dverr.PrivilegeDenied},
		{"who owns rows", func() error {
			ada.must(ada.update("systemuser", "contoso-app", values{"isdisabled": number(1)}))
			return ada.delete("systemuser", "contoso-app")
		}, dverr.CannotDeleteUserWithRows},
	} {
		if err := tt.do(); !tt.entry.Is(err) {
			t.Errorf("%s: got %v", tt.what, err)
		}
	}
	ada.must(ada.update("account", "Hers", values{"ownerid": ref{"systemuser", "ada"}}))
	ada.must(ada.delete("systemuser", "contoso-app"))
	for _, table := range []string{"systemuserroles", "teammembership"} {
		for _, row := range w.rows(w.selection(table, "systemuserid")) {
			if strings.Contains(row, "contoso-app") || strings.Contains(row, id("contoso-app").String()) {
				t.Errorf("%s keeps %s", table, row)
			}
		}
	}
	if err := ada.update("systemuser", "contoso-app", values{"isdisabled": number(0)}); !dverr.ObjectDoesNotExist.Is(err) {
		t.Errorf("who is deleted: %v", err)
	}
}

func TestAccessModesThatUsersCome(t *testing.T) {
	w, _ := withDirectory(t)
	ada := w.as("ada")
	for _, tt := range []struct {
		user  string
		mode  int64
		entry *dverr.Entry
	}{
		{"contoso-app", 1, nil},
		{"contoso-app", 0, &dverr.InvalidAccessMode},
		{"contoso-app", 4, nil},
		{"contoso-app", 2, &dverr.ReadOnlyUserNotSupported},
		{"contoso-app", 3, &dverr.SupportUserCannotChange},
		{"ben", 5, &dverr.DelegatedAdminCannotBe},
		{"ben", 4, nil},
		{"ben", 4, nil},
		{"cleo", 1, nil},
	} {
		err := ada.update("systemuser", tt.user, values{"accessmode": number(tt.mode)})
		if (tt.entry == nil) != (err == nil) || tt.entry != nil && !tt.entry.Is(err) {
			t.Errorf("%s to %d: %v", tt.user, tt.mode, err)
		}
	}
	// An eighth non-interactive person is one too many; applications do not count.
	for i := range 6 {
		w.add("systemuser", fmt.Sprint("robot ", i), values{"accessmode": number(4), "isdisabled": number(0), "fullname": text("robot"), "domainname": text("robot"), "businessunitid": ref{"businessunit", "root"}})
	}
	if err := ada.update("systemuser", "eve", values{"accessmode": number(4)}); !dverr.NotEnoughLicenses.Is(err) {
		t.Errorf("the eighth: %v", err)
	}
	ada.must(ada.update("systemuser", "contoso-app", values{"accessmode": number(1)}))
	ada.must(ada.update("systemuser", "contoso-app", values{"accessmode": number(4)}))
}

func TestNobodyChangesSpecialUsers(t *testing.T) {
	w, _ := withDirectory(t)
	ada := w.as("ada")
	w.add("systemuser", "system", values{"domainname": text("SYSTEM"), "accessmode": number(3), "isdisabled": number(1), "businessunitid": ref{"businessunit", "root"}})
	w.add("systemuser", "helper", values{"domainname": text("helper"), "accessmode": number(3), "businessunitid": ref{"businessunit", "root"}})
	if err := ada.update("systemuser", "system", values{"jobtitle": text("x")}); !dverr.CannotModifySpecialUser.Is(err) {
		t.Errorf("SYSTEM: %v", err)
	}
	if err := ada.update("systemuser", "helper", values{"jobtitle": text("x")}); !dverr.SupportUserCannotChange.Is(err) {
		t.Errorf("a support user: %v", err)
	}
	for column, entry := range map[string]dverr.Entry{"islicensed": dverr.CannotUpdateIsLicensed, "issyncwithdirectory": dverr.CannotUpdateIsSynced} {
		if err := ada.update("systemuser", "ben", values{column: number(1 - map[bool]int64{true: 1}[strings.Contains(w.row("systemuser", "ben", column), "=1")])}); !entry.Is(err) {
			t.Errorf("%s: %v", column, err)
		}
	}
}
