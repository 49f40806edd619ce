package meta

// Binding says what a custom API is called on (customapi.bindingtype).
type Binding uint8

// The bindings: nothing, one row, all rows of a table.
const (
	Global Binding = iota
	OneRow
	AllRows
)

// APIType is the type of a custom API's parameter or property, as the columns type of
// customapirequestparameter and customapiresponseproperty number it.
type APIType uint8

// The types of parameters and properties.
const (
	APIBoolean APIType = iota
	APIDateTime
	APIDecimal
	APIEntity
	APIEntityCollection
	APIEntityReference
	APIFloat
	APIInteger
	APIMoney
	APIPicklist
	APIString
	APIStringArray
	APIGuid
)

// Edm is the type in $metadata; "" for rows, whose type depends on their table.
func (t APIType) Edm() string {
	if t > APIGuid {
		return ""
	}
	return [...]string{
		"Edm.Boolean", "Edm.DateTimeOffset", "Edm.Decimal", "", "", "", "Edm.Double", "Edm.Int32", "Edm.Decimal", "Edm.Int32",
		"Edm.String", "Collection(Edm.String)", "Edm.Guid",
	}[t]
}

// String gives the name of the type in the service's designer: "EntityReference".
func (t APIType) String() string {
	if t > APIGuid {
		return ""
	}
	return [...]string{
		"Boolean", "DateTime", "Decimal", "Entity", "EntityCollection", "EntityReference", "Float", "Integer", "Money", "Picklist",
		"String", "StringArray", "Guid",
	}[t]
}

// API is a custom API: a message that makers declare as rows of customapi and of the
// tables of its parameters and properties.
type API struct {
	ID        ID
	Name      string // unique name, with the prefix of a publisher
	Function  bool   // GET, else POST
	Private   bool   // not in $metadata
	Binding   Binding
	Bound     *Table     // nil for Global
	Privilege *Privilege // needed to call it; nil: none

	Parameters []APIMember // of the request, in the order in which they were declared
	Properties []APIMember // of the answer, likewise
}

// APIMember is a parameter of a custom API's request or a property of its answer. Table
// is that of rows; nil where any row will do, or for Entity and EntityCollection what
// need not be a row at all (the open type expando).
type APIMember struct {
	Name     string
	Type     APIType
	Table    *Table
	Optional bool
}

// Open reports values of the type expando, whose members nobody declared.
func (m APIMember) Open() bool {
	return m.Table == nil && (m.Type == APIEntity || m.Type == APIEntityCollection)
}

// Callable reports a custom API that can be called and is in $metadata: a function needs
// something to answer.
func (a *API) Callable() bool { return !a.Function || len(a.Properties) > 0 }

// Sole gives the property that is the whole answer: the only one, if it is an Entity or an
// EntityCollection. Answers of others are complex values with the properties as members.
func (a *API) Sole() (APIMember, bool) {
	if len(a.Properties) != 1 {
		return APIMember{}, false
	}
	only := a.Properties[0]
	return only, only.Type == APIEntity || only.Type == APIEntityCollection
}

// APIs are the custom APIs of an environment at one moment.
type APIs struct {
	All    []*API // by name
	byName map[string]*API
}

// NewAPIs takes over a list that is in the order of names.
func NewAPIs(all []*API) *APIs {
	s := &APIs{All: all, byName: make(map[string]*API, len(all))}
	for _, a := range all {
		s.byName[a.Name] = a
	}
	return s
}

// Named finds a custom API by its case-sensitive unique name; nil for none.
func (s *APIs) Named(name string) *API { return s.byName[name] }
