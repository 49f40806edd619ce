package schema

import "strings"

// Type is the type of a column, in the service's words.
type Type string

// The types of columns. Those from State on are made by the service alone.
const (
	String   Type = "String"
	Memo     Type = "Memo"
	Integer  Type = "Integer"
	BigInt   Type = "BigInt"
	Decimal  Type = "Decimal"
	Double   Type = "Double"
	Money    Type = "Money"
	Boolean  Type = "Boolean"
	DateTime Type = "DateTime"
	Choice   Type = "Picklist"
	Choices  Type = "MultiSelectPicklist"
	Lookup   Type = "Lookup"
	Customer Type = "Customer" // a lookup of accounts and contacts
	File     Type = "File"
	Image    Type = "Image"

	State      Type = "State"
	Status     Type = "Status"
	Owner      Type = "Owner"
	UniqueID   Type = "Uniqueidentifier"
	EntityName Type = "EntityName"
	Virtual    Type = "Virtual"
)

// Ownership is who owns the rows of a table.
type Ownership string

// Who owns rows. NoOwner: a table's rows have no owner, such as users.
const (
	UserOwned         Ownership = "UserOwned"
	OrganizationOwned Ownership = "OrganizationOwned"
	BusinessOwned     Ownership = "BusinessOwned"
	NoOwner           Ownership = "None"
)

// Requirement is how much a value is needed.
type Requirement string

// How much a value is needed. Forms ask for those that are required by the application; the
// server insists on those that the system requires.
const (
	Optional       Requirement = "None"
	Recommended    Requirement = "Recommended"
	Required       Requirement = "ApplicationRequired"
	SystemRequired Requirement = "SystemRequired"
)

// Table is the definition of a table. To write, SchemaName and one primary column are needed;
// fields marked read are filled by [ReadTable] and passed over when a table is written.
type Table struct {
	SchemaName  string // "new_Project": with a publisher's prefix for new ones
	Label       string // the name as people read it; SchemaName
	Plural      string // Label and s
	Description string
	Ownership   Ownership // UserOwned
	Columns     []Column
	Keys        []Key
	ManyToMany  []ManyToMany

	EntitySet   string         // read: "new_projects"
	PrimaryID   string         // read: logical name of the key column
	PrimaryName string         // read: logical name of the column that names rows; "" for none
	TypeCode    int            // read: the number of the table
	Custom      bool           // read: made by a maker
	Lookups     []LookupTarget // read: every lookup and one of its targets
}

// LogicalName is the name of the table in queries: its schema name in lower case.
func (t Table) LogicalName() string { return strings.ToLower(t.SchemaName) }

// Column finds a column by its logical name.
func (t Table) Column(logicalName string) (Column, bool) {
	for _, c := range t.Columns {
		if c.LogicalName() == logicalName {
			return c, true
		}
	}
	return Column{}, false
}

// Column is the definition of a column. Which of the limits have a meaning depends on Type;
// zero limits take the service's defaults when a column is made, and are not looked at when one
// is compared.
type Column struct {
	SchemaName  string
	Type        Type
	Label       string // SchemaName
	Description string
	Required    Requirement // Optional
	Primary     bool        // the column that names rows: of type String

	MaxLength  int      // String, Memo: characters
	Min, Max   *float64 // of numbers; nil: the widest
	Precision  int      // Decimal, Double, Money: digits after the point
	Format     string   // String: Text, Email, Phone, Url, TextArea; Integer: None, Duration; DateTime: DateOnly, DateAndTime
	Behavior   string   // DateTime: UserLocal, DateOnly, TimeZoneIndependent
	AutoNumber string   // String: the form of numbers given, such as "P-{SEQNUM:5}"
	MaxKB      int      // File, Image: kilobytes

	Options      []Option // Choice, Choices: a choice of its own; Boolean: false and true
	GlobalChoice string   // Choice, Choices: the name of a shared choice, instead
	Targets      []string // Lookup: logical name of the one table; Customer has account and contact
	Relationship string   // Lookup: schema name of the relationship; made of both tables and the column

	AttributeOf string // read: the column that this one belongs to, such as names of lookups
	Creatable   bool   // read: may be given when a row is made
	Updatable   bool   // read: may be changed
	Readable    bool   // read
}

// LogicalName is the name of the column in queries: its schema name in lower case.
func (c Column) LogicalName() string { return strings.ToLower(c.SchemaName) }

// Option is one value of a choice. Values of new ones begin with the publisher's number.
type Option struct {
	Value int
	Label string
}

// Key is an alternate key.
type Key struct {
	SchemaName string
	Label      string   // SchemaName
	Columns    []string // logical names
	Status     string   // read: Pending, InProgress, Active, Failed
}

// LogicalName is the key's schema name in lower case.
func (k Key) LogicalName() string { return strings.ToLower(k.SchemaName) }

// ManyToMany is a relationship of many rows with many. Other is the logical name of the table
// at the other end; Intersect that of the table between, SchemaName unless given.
type ManyToMany struct {
	SchemaName string
	Other      string
	Intersect  string
	Navigation string // read: the navigation property of this table
}

// LookupTarget is a table that a lookup column may point to.
type LookupTarget struct {
	Column       string // logical name
	Table        string // logical name of the target
	Relationship string // schema name
	Navigation   string // what @odata.bind is written to
}

// GlobalChoice is a choice that columns share.
type GlobalChoice struct {
	Name        string // "new_colors"
	Label       string // Name
	Description string
	Options     []Option
}
