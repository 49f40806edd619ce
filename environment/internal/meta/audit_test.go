package meta

import "testing"

func TestWhatCanBeAudited(t *testing.T) {
	for name, want := range map[string]bool{"name": true, "importsequencenumber": false} {
		c := &Column{LogicalName: name, Kind: String, ForCreate: true, ForRead: true}
		if c.Auditable() != want {
			t.Errorf("%s can be audited: %v", name, !want)
		}
	}
	for what, c := range map[string]*Column{
		"readonly": {Kind: String, ForRead: true}, "unread": {Kind: String, ForUpdate: true}, "id": {Kind: UniqueID, ForCreate: true, ForRead: true},
		"file": {Kind: File, ForRead: true, ForUpdate: true}, "body": {Kind: String, Body: true, ForRead: true, ForUpdate: true},
	} {
		if c.Auditable() {
			t.Errorf("%s can be audited", what)
		}
	}
	for name, want := range map[string]bool{"account": true, AuditTable: false} {
		table := &Table{LogicalName: name, CanCreate: true}
		if table.Auditable() != want {
			t.Errorf("%s can be audited: %v", name, !want)
		}
	}
	if (&Table{CanCreate: true, Intersect: true}).Auditable() || (&Table{}).Auditable() {
		t.Error("tables without rows of their own can be audited")
	}
}
