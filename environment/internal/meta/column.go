package meta

// Kind is the type of a column (Dataverse facts 6.1).
type Kind uint8

// The kinds of columns.
const (
	String Kind = iota + 1
	Memo
	Integer
	BigInt
	Decimal
	Double
	Money
	Boolean
	DateTime
	Choice
	Choices
	State
	Status
	Lookup
	Customer
	Owner
	UniqueID
	EntityName
	File
	Image
)

// Storage is how a value of a column is kept and carried (query.Value).
type Storage uint8

// The storage classes.
const (
	// Text is UTF-8: String, Memo, EntityName, Choices ("1,2,3").
	Text Storage = iota + 1
	// Int is a 64-bit integer: Integer, BigInt, Choice, State, Status; Boolean as
	// 0 and 1; DateTime as seconds since 1970 UTC (a DateOnly at midnight UTC);
	// Money in ten-thousandths, which holds its whole documented range exactly.
	Int
	// Float is a 64-bit float: Double and Decimal.
	Float
	// GUID is 16 bytes: UniqueID, Lookup, Customer, Owner; File, which holds the id of
	// its content.
	GUID
	// Bytes is a small picture: Image, which holds a thumbnail.
	Bytes
)

// DateBehavior says what a DateTime means (Dataverse facts 6.2).
type DateBehavior uint8

// The behaviours: the zero value is a point in time shown in the user's zone.
const (
	UserLocal DateBehavior = iota
	DateOnly
	TimeZoneIndependent
)

// Where a Money column takes its decimals from (Dataverse facts 6.1): PrecisionSource.
const (
	PrecisionOfColumn   = 0
	PrecisionOfPrices   = 1 // the organization's pricingdecimalprecision
	PrecisionOfCurrency = 2 // currencyprecision of the row's currency
)

// RequiredLevel says who insists on a value.
type RequiredLevel uint8

// The levels.
const (
	Optional RequiredLevel = iota
	Recommended
	ApplicationRequired
	SystemRequired
)

// Column is one column of a Table. Fields are read-only once Build has run.
type Column struct {
	Table       *Table
	LogicalName string
	SchemaName  string
	DisplayName string
	Kind        Kind
	Ordinal     int // position in Table.Columns

	MaxLength int     // String, Memo: in UTF-16 code units
	Min, Max  float64 // Integer, Decimal, Double, Money
	Precision int     // Decimal, Double, Money
	Date      DateBehavior
	DateOnly  bool // DateTime shown without time (Format DateOnly)

	Options []Option // Choice, Choices, State, Status, Boolean

	// Targets are the tables a lookup may point to. A lookup with several keeps
	// the object type code of its target in TypeColumn, "<name>type".
	Targets    []*Table
	TypeColumn *Column
	Anywhere   bool // Lookup: points to rows of any table, whose names nobody looks up

	Required  RequiredLevel
	ForCreate bool // accepted in a POST; else silently ignored
	ForUpdate bool // accepted in a PATCH; else silently ignored
	ForRead   bool
	Hidden    bool // kept, but no part of the Web API (type columns)
	Secured   bool // column security applies
	Audited   bool // IsAuditEnabled: changes are kept, where the table is audited

	// What only makers of tables ask: the texts in all languages, whether a maker added
	// the column, the format (FormatName: "Email"; "" for what the name tells), where a
	// Money column takes its precision from (PrecisionSource), the pattern of an
	// autonumber and the shared choice that Options come from.
	Labels          Labels
	Custom          bool
	Format          string
	PrecisionSource int
	AutoNumber      string
	OptionSet       *OptionSet

	MaxKB        int  // File, Image: the greatest content, in KB of 1,024 bytes
	FullImage    bool // Image: the picture itself is kept beside its thumbnail
	PrimaryImage bool // Image: the one that a new row may have at once
	Body         bool // String: base64 of a content that is kept beside the database, whose id the row holds

	// BaseOf is the money column of which this is the value in base currency.
	BaseOf *Column

	// Parts are the columns that the service makes this one of, which clients do not set
	// and which tells them: names that are joined, the content that it describes.
	Parts []*Column

	// Property is the name in the Web API: LogicalName, or "_<name>_value" for
	// lookups.
	Property string
}

// Option is one value of a choice. State is the state a Status option belongs to;
// Default marks the status chosen when a state is set alone.
type Option struct {
	Value   int64
	Label   string
	Name    string
	State   int64
	Default bool

	Labels Labels // Name and Description in all languages; none in the catalogue
	Color  string
}

// Option finds the option with this value.
func (c *Column) Option(value int64) (Option, bool) {
	for _, o := range c.Options {
		if o.Value == value {
			return o, true
		}
	}
	return Option{}, false
}

// IsLookup reports columns that point to a row.
func (c *Column) IsLookup() bool {
	return c.Kind == Lookup || c.Kind == Customer || c.Kind == Owner
}

// NamesRows reports lookups whose rows are shown by their names.
func (c *Column) NamesRows() bool { return c.IsLookup() && len(c.Targets) > 0 && !c.Anywhere }

// Storage gives the storage class of the column's values.
func (c *Column) Storage() Storage {
	switch c.Kind {
	case String, Memo, EntityName, Choices:
		return Text
	case Decimal, Double:
		return Float
	case Lookup, Customer, Owner, UniqueID, File:
		return GUID
	case Image:
		return Bytes
	default:
		return Int
	}
}

// EdmType is the name of the type of the column's values in $metadata and in messages
// (Dataverse facts 5.19, 6.1).
func (c *Column) EdmType() string {
	switch c.Kind {
	case Integer, Choice, State, Status:
		return "Edm.Int32"
	case BigInt:
		return "Edm.Int64"
	case Decimal, Money:
		return "Edm.Decimal"
	case Double:
		return "Edm.Double"
	case Boolean:
		return "Edm.Boolean"
	case DateTime:
		if c.Date == DateOnly {
			return "Edm.Date"
		}
		return "Edm.DateTimeOffset"
	case Lookup, Customer, Owner, UniqueID, File:
		return "Edm.Guid"
	case Image:
		return "Edm.Binary"
	default:
		return "Edm.String"
	}
}
