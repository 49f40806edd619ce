package access

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// filing is contoso where accounts have a contract and a salary, a file that is secured,
// and contacts have a letter. Each of ben and cleo owns an account and a contact, and every
// file column holds something, called by its owner, its table and the column.
func filing(t *testing.T) *world {
	t.Helper()
	w := contoso(t)
	d := meta.Definition{Targets: map[*meta.Column][]string{}}
	d.Tables = []*meta.Table{
		table(&d, "account", "Account", 1, meta.UserOwned, "name:string"),
		table(&d, "contact", "Contact", 2, meta.UserOwned, "fullname:string"),
		table(&d, "systemuser", "SystemUser", 8, meta.BusinessOwned, "fullname:string"),
		table(&d, "team", "Team", 9, meta.BusinessOwned, "name:string"),
		table(&d, "businessunit", "BusinessUnit", 10, meta.BusinessOwned, "name:string"),
		table(&d, meta.AttachmentTable, "FileAttachment", 55, meta.NoOwner, "regardingfieldname:string"),
	}
	file := func(name string, k meta.Kind) *meta.Column { return &meta.Column{LogicalName: name, Kind: k} }
	salary := file("salary", meta.File)
	salary.Secured = true
	d.Tables[0].Columns = append(d.Tables[0].Columns, file("contract", meta.File), salary)
	d.Tables[1].Columns = append(d.Tables[1].Columns, file("letter", meta.File))
	held := d.Tables[5]
	object := &meta.Column{LogicalName: "objectid", Kind: meta.Lookup, ForRead: true}
	held.Columns = append(held.Columns, object)
	for r, p := range held.Privileges {
		d.Privileges = slices.DeleteFunc(d.Privileges, func(have *meta.Privilege) bool { return have == p })
		held.Privileges[r] = nil
	}
	d.Privileges = append(d.Privileges, &meta.Privilege{ID: id(actOnBehalf), Name: actOnBehalf, Misc: true, Basic: true, Global: true})
	m, err := meta.Build(d)
	if err != nil {
		t.Fatal(err)
	}
	w.model = m
	for who, unit := range map[string]string{"ben": "Sales", "cleo": "Service"} {
		for _, tab := range []string{"account", "contact"} {
			w.owned(tab, who+" "+tab, who, unit)
		}
		w.holding(who+" account contract", "account", who+" account", "contract")
		w.holding(who+" account salary", "account", who+" account", "salary")
		w.holding(who+" contact letter", "contact", who+" contact", "letter")
	}
	return w
}

// holding describes what a column of a row holds.
func (w *world) holding(name, tab, of, column string) {
	w.rows[meta.AttachmentTable] = append(w.rows[meta.AttachmentTable], row{
		"fileattachmentid": query.GUID(id(name)), "objectid": query.GUID(id(of)),
		"objectidtype": query.Int(w.model.Table(tab).TypeCode), "regardingfieldname": query.Text(column),
	})
}

// descriptions gives what somebody is told of files, by the names of the files.
func (w *world) descriptions(c Caller, names ...string) string {
	w.Helper()
	g, err := Read(c, w.all(meta.AttachmentTable))
	if err != nil {
		return refusal(w, err).Entry.Code.String()
	}
	var seen []string
	for _, name := range names {
		if slices.Contains(w.answer(g.Select()), id(name)) {
			seen = append(seen, name)
		}
	}
	if found := len(w.answer(g.Select())); found != len(seen) {
		w.Errorf("%d descriptions, %d of them of the files asked for", found, len(seen))
	}
	return strings.Join(seen, ", ")
}

var everyFile = []string{
	"ben account contract", "ben account salary", "ben contact letter",
	"cleo account contract", "cleo account salary", "cleo contact letter",
}

// What describes a file is seen by who sees the row and the column that hold it.
func TestDescriptionsOfFilesFollowTheirRows(t *testing.T) {
	w := filing(t)
	w.role("Letters", "contact", "Read", Global)
	w.user("lena", "Sales", "Letters")
	w.role("Units", "businessunit", "Read", Global)
	w.user("uma", "Sales", "Units")
	w.role("Writer", "account", "Create Write Delete", Global)
	w.user("wim", "Sales", "Writer")
	w.user("paula", "Sales", "Basic User")
	w.share("account", "ben account", "paula", meta.Read)
	w.facts.Permissions = []FieldPermission{{Profile: id("readers"), Table: "account", Column: "salary", Read: true}}
	w.facts.UserProfiles = []ProfileAssignment{{id("cleo"), id("readers")}}
	w.changed()
	denied := dverr.PrivilegeDenied.Code.String()
	for _, tt := range []struct{ who, for_, want string }{
		{"ada", "", strings.Join(everyFile, ", ")},
		{"ben", "", "ben account contract, ben contact letter"},
		{"cleo", "", "cleo account contract, cleo account salary, cleo contact letter"},
		{"loader", "ben", "ben account contract, ben contact letter"},
		{"lena", "", "ben contact letter, cleo contact letter"},
		{"uma", "", denied},
		{"wim", "", denied},
	} {
		if got := w.descriptions(w.onBehalf(tt.who, tt.for_), everyFile...); got != tt.want {
			t.Errorf("%s for %q is told of %s, want %s", tt.who, tt.for_, got, tt.want)
		}
	}
	if _, err := Probe(w.as("ada"), meta.Write, w.all(meta.AttachmentTable)); !dverr.PrivilegeDenied.Is(err) {
		t.Errorf("a description is written: %v", err)
	}
}

// A contact that somebody makes with the id of another's account opens none of its files.
func TestTheSameIDInAnotherTableOpensNoFile(t *testing.T) {
	w := filing(t)
	w.owned("contact", "cleo account", "ben", "Sales")
	w.holding("mine", "contact", "cleo account", "letter")
	if got, want := w.descriptions(w.as("ben"), append(everyFile, "mine")...), "ben account contract, ben contact letter, mine"; got != want {
		t.Errorf("ben is told of %s, want %s", got, want)
	}
}

// Where nothing tells which column a file is in, none is told of that may be in a secured one.
func TestFilesOfUnknownColumnsStayShut(t *testing.T) {
	w := filing(t)
	ask, account := w.all(meta.AttachmentTable), w.model.Table("account")
	unnamed := &meta.Table{LogicalName: meta.AttachmentTable}
	open := query.Const{True: true}
	if got := w.as("ben").ofOpenColumns(&query.Select{Table: unnamed}, account, open); got != (query.Const{}) {
		t.Errorf("ben: %v", got)
	}
	if got := w.as("ada").ofOpenColumns(&query.Select{Table: unnamed}, account, open); got != open {
		t.Errorf("ada: %v", got)
	}
	if got := w.as("ben").ofOpenColumns(ask, w.model.Table("contact"), open); got != open {
		t.Errorf("no column of contacts is secured: %v", got)
	}
}

// Following files to their rows uses no privilege that an explanation would name, and
// refuses none: what is told is a question about descriptions.
func TestFollowingFilesIsNotNoted(t *testing.T) {
	w := filing(t)
	w.role("Letters", "contact", "Read", Global)
	w.user("lena", "Sales", "Letters")
	c, trail := w.noting("lena")
	if _, err := Read(c, w.all(meta.AttachmentTable)); err != nil {
		t.Fatal(err)
	}
	if noted := fmt.Sprint(trail.Uses(), trail.Refusals()); noted != "[] []" {
		t.Error(noted)
	}
}
