package meta

import (
	"slices"
	"strings"
)

// Ownership says who can own the rows of a table (Dataverse facts 3.8).
type Ownership uint8

// The ownership types. Rows of a BusinessOwned table belong to a business unit.
const (
	NoOwner Ownership = iota
	UserOwned
	BusinessOwned
	OrganizationOwned
)

// Right is one of the eight rights that a privilege or a share can give.
type Right uint8

// The rights, in the order in which their names are listed on the wire.
const (
	Read Right = iota
	Write
	Append
	AppendTo
	Create
	Delete
	Share
	Assign
	rights
)

// Rights is the number of rights.
const Rights = int(rights)

// Mask is the right's bit in access masks (Dataverse facts 3.6).
func (r Right) Mask() int64 {
	return [Rights]int64{1, 2, 4, 16, 32, 65536, 262144, 524288}[r]
}

// String gives the verb used in privilege names: "Read" in prvReadAccount.
func (r Right) String() string {
	return [Rights]string{"Read", "Write", "Append", "AppendTo", "Create", "Delete", "Share", "Assign"}[r]
}

// AccessRights writes an access mask as the member of an enumeration that the wire has:
// "ReadAccess, WriteAccess", or "None" (Dataverse facts 3.6).
func AccessRights(mask int64) string {
	var names []string
	for right := range Right(Rights) {
		if mask&right.Mask() != 0 {
			names = append(names, right.String()+"Access")
		}
	}
	if len(names) == 0 {
		return "None"
	}
	return strings.Join(names, ", ")
}

// Privilege is a named permission. Right is meaningless for the miscellaneous
// ones, whose Table is empty.
type Privilege struct {
	ID                               ID
	Name                             string
	Right                            Right
	Misc                             bool
	Basic, Local, Deep, Global       bool // depths at which a role may hold it
	EntityReference, ParentEntityRef bool
}

// Table is one table of the model.
type Table struct {
	LogicalName           string
	SchemaName            string
	SetName               string // entity set: "accounts"
	DisplayName           string
	DisplayCollectionName string
	TypeCode              int64 // object type code, OTC
	Ownership             Ownership
	Intersect             bool
	Activity              bool
	OptimisticConcurrency bool
	ChangeTracking        bool // what becomes of rows can be followed (Dataverse facts 5.14)
	Audited               bool // IsAuditEnabled: who changes rows is kept, where the organization audits
	AccessTeams           bool // teams can be made for single rows, by templates

	// What the Web API may do through the generic messages. A table with special
	// life rules that are not built yet refuses instead of pretending.
	CanCreate, CanUpdate, CanDelete bool

	PrimaryID   *Column
	PrimaryName *Column // nil when the table has none
	Columns     []*Column

	// Privileges by right; nil where the table has no such privilege (activity
	// tables share prv*Activity, annotation has prv*Note: facts 3.4).
	Privileges [Rights]*Privilege

	ManyToOne  []*Relationship // this table holds the lookup
	OneToMany  []*Relationship // this table is pointed to
	ManyToMany []*Relationship

	Keys []*Key // alternate keys

	Labels Labels
	Custom bool // a maker added the table

	byName     map[string]*Column
	byProperty map[string]*Column
	navigation map[string]Navigation
}

// Column finds a column by logical name.
func (t *Table) Column(logicalName string) *Column { return t.byName[logicalName] }

// Property finds a readable column by its Web API name: "name",
// "_primarycontactid_value".
func (t *Table) Property(name string) *Column { return t.byProperty[name] }

// Navigation finds a navigation property by its case-sensitive name.
func (t *Table) Navigation(name string) (Navigation, bool) {
	n, ok := t.navigation[name]
	return n, ok
}

// Navigations gives every navigation property of the table by name.
func (t *Table) Navigations() map[string]Navigation { return t.navigation }

// Navigation is one end of a relationship seen from a table. The ownerid
// navigation has no Relationship and no Target: it binds to a row of any table in
// From.Targets.
type Navigation struct {
	Name         string
	Relationship *Relationship
	Target       *Table
	Single       bool // single-valued: this table's lookup points to one Target row

	// Single and one-to-many: rows are joined where Target.To = this.From.
	From, To *Column
	// Many-to-many: through Relationship.Intersect, where Intersect.Near = this
	// table's primary id and Intersect.Far = Target's.
	Near, Far *Column
}

// LeadsTo reports whether a row of t may stand at the other end.
func (n Navigation) LeadsTo(t *Table) bool {
	return n.Target == t || n.Target == nil && slices.Contains(n.From.Targets, t)
}

// Cascade says what happens to referencing rows when something happens to the row
// referenced (Dataverse facts 5.20).
type Cascade uint8

// The cascade rules. CascadeActive concerns rows in state 0, CascadeOwned those whose
// owner is that of the referenced row.
const (
	NoCascade Cascade = iota
	CascadeAll
	RemoveLink
	Restrict
	CascadeActive
	CascadeOwned
)

// Relationship joins two tables: one-to-many (Referenced 1 : N Referencing), or
// many-to-many through Intersect.
type Relationship struct {
	SchemaName string
	ManyToMany bool

	Referenced, Referencing             *Table
	ReferencedColumn, ReferencingColumn *Column
	ReferencingNavigation               string // single-valued, on Referencing; "" for none
	ReferencedNavigation                string // collection-valued, on Referenced; "" for none
	Delete                              Cascade
	Assign, Share, Unshare, Reparent    Cascade

	// Many-to-many: Referenced is entity 1, Referencing is entity 2.
	Intersect                          *Table
	IntersectColumn1, IntersectColumn2 *Column

	Custom bool // a maker added the relationship
}
