package engine_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
)

func TestRetrieve(t *testing.T) {
	w := settled(t)
	tests := []struct {
		name, who, row string
		entry          *dverr.Entry
		message        string
	}{
		{"own row", "ben", "Fabrikam", nil, ""},
		{"administrator", "ada", "Fabrikam", nil, ""},
		{"row of another unit, read everywhere", "contoso-reader", "Fabrikam", nil, ""},
		{"row of somebody else", "cleo", "Fabrikam", &dverr.AccessDenied, "SecLib::AccessCheckEx failed. Returned hr = -2147187962, ObjectID: " + id("Fabrikam").String() +
			", OwnerId: " + id("ben").String() + ",  OwnerIdType: 8 and CallingUser: " + id("cleo").String() +
			". ObjectTypeCode: 1, objectBusinessUnitId: " + id("sales").String() + ", AccessRights: ReadAccess "},
		{"row that is not there", "cleo", "Litware", &dverr.ObjectDoesNotExist, "Entity 'account' With Id = " + id("Litware").String() + " Does Not Exist"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, err := w.as(tt.who).do(&op.Retrieve{Key: w.key("account", tt.row), Select: w.selection("account", "name")})
			if tt.entry == nil {
				if err != nil || r.Version == 0 || !slices.Equal(print(r.Page), []string{"name=Fabrikam"}) {
					t.Errorf("got %+v, %v", r, err)
				}
				return
			}
			if !tt.entry.Is(err) || dverr.From(err).Message != tt.message {
				t.Errorf("got  %v\nwant %s", err, tt.message)
			}
		})
	}
}

// Under impersonation both must hold the privilege and the row is judged as the user
// acted for.
func TestRetrieveOnBehalf(t *testing.T) {
	w := settled(t)
	get := func(user string) error {
		_, err := w.onBehalfOf("contoso-bridge", user).do(&op.Retrieve{Key: w.key("account", "Fabrikam"), Select: w.selection("account", "name")})
		return err
	}
	if err := get("ben"); err != nil {
		t.Errorf("for ben: %v", err)
	}
	if err := get("cleo"); !dverr.AccessDenied.Is(err) {
		t.Errorf("for cleo: %v", err)
	}
}

func TestNotModified(t *testing.T) {
	w := settled(t)
	ben := w.as("ben")
	get := func(seen int64, change func(*query.Select)) engine.Result {
		s := w.selection("account", "name")
		if change != nil {
			change(s)
		}
		r, err := ben.do(&op.Retrieve{Key: w.key("account", "Fabrikam"), Select: s, UnlessVersion: seen})
		ben.must(err)
		return r
	}
	version := get(0, nil).Version
	if r := get(version, nil); !r.NotModified || r.Page != nil || r.Version != version {
		t.Errorf("seen: %+v", r)
	}
	if r := get(version+1, nil); r.NotModified || r.Page == nil {
		t.Errorf("another version seen: %+v", r)
	}
	expand := func(s *query.Select) {
		n, _ := s.Table.Navigation("primarycontactid")
		s.Expands = []*query.Expand{{Nav: n, Select: w.selection("contact", "fullname")}}
	}
	if r := get(version, expand); r.NotModified {
		t.Error("304 although related rows were asked for")
	}
}

func TestRetrieveMultipleShowsWhatTheCallerMayRead(t *testing.T) {
	w := settled(t)
	cleo := w.as("cleo")
	cleo.must(cleo.create("account", "Litware", values{"name": text("Litware")}))
	for who, want := range map[string][]string{
		"ada": {"name=Fabrikam", "name=Litware"}, "ben": {"name=Fabrikam"}, "cleo": {"name=Litware"},
	} {
		a := w.as(who)
		var got []string
		err := w.engine.Do(t.Context(), engine.Call{Caller: a.caller, Model: w.model, Now: w.now},
			&op.RetrieveMultiple{Select: w.selection("account", "name")}, func(r engine.Result) error {
				got = print(r.Page)
				return nil
			})
		slices.Sort(got)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s sees %q, %v", who, got, err)
		}
	}
	_, err := w.as("contoso-reader").do(&op.RetrieveMultiple{Select: w.selection("contact", "lastname")})
	if !dverr.PrivilegeDenied.Is(err) || !strings.Contains(err.Error(), "prvReadContact") {
		t.Errorf("without the privilege: %v", err)
	}
}

func TestMessages(t *testing.T) {
	w := newWorld(t)
	r, err := w.onBehalfOf("contoso-bridge", "ben").do(&op.Message{Name: "Echo"})
	if err != nil || r.Answer.Type != "EchoResponse" || r.Answer.Members[0].Value != any(id("ben")) {
		t.Errorf("got %+v, %v", r, err)
	}
	_, err = w.as("ben").do(&op.Message{Name: "foos"})
	if !dverr.SegmentNotFound.Is(err) || dverr.From(err).Message != "Resource not found for the segment 'foos'." {
		t.Errorf("unknown: %v", err)
	}
}

// What answer returns comes back as it is.
func TestAnswerOfAReadThatFails(t *testing.T) {
	w := settled(t)
	broken := errors.New("the client is gone")
	for _, o := range []op.Op{
		&op.Retrieve{Key: w.key("account", "Fabrikam"), Select: w.selection("account", "name")},
		&op.RetrieveMultiple{Select: w.selection("account", "name")},
		&op.Message{Name: "Echo"},
	} {
		err := w.engine.Do(t.Context(), engine.Call{Caller: w.as("ben").caller, Model: w.model, Now: w.now}, o, func(engine.Result) error { return broken })
		if !errors.Is(err, broken) {
			t.Errorf("%T: %v", o, err)
		}
	}
}

func TestEveryWriteIsPartOfTheModel(t *testing.T) {
	w := newWorld(t)
	open := map[string]bool{}
	for _, table := range w.model.Tables {
		if table.CanCreate || table.CanDelete && table.LogicalName != "systemuser" {
			open[table.LogicalName] = true
		}
		for _, r := range table.OneToMany {
			if r.Delete == meta.CascadeAll && r.Referencing.PrimaryID == nil {
				t.Errorf("%s cascades to rows without a key", r.SchemaName)
			}
		}
	}
	for _, name := range []string{"systemuser", "privilege", "roleprivileges", "principalobjectaccess"} {
		if open[name] {
			t.Errorf("%s is open to generic writes", name)
		}
	}
}
