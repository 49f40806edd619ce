package op

import (
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// Op is one thing asked: *Retrieve, *RetrieveMultiple, *Changes, *Create, *Update, *Disassociate,
// *Delete, *Multiple, *Message or *Invoke.
type Op interface{ op() }

// Key names one row of a table: by primary id or, where Alternate is not nil, by an
// alternate key. ID is zero then; engine finds it.
type Key struct {
	Table     *meta.Table
	ID        meta.ID
	Alternate *Alternate
}

// Alternate is the value of an alternate key: one assignment, never null, for each of
// its columns. Text is what stood between the parentheses.
type Alternate struct {
	Key    *meta.Key
	Values []Assignment
	Text   string
}

// Assignment gives a column a value. For lookups Target is the table of the row
// that Value (a GUID) names; nil when the value is null. With By the row is named by an
// alternate key, and engine finds the value. ByRule says that a rule of the environment
// sets the column and not the client, whose permission is not asked for.
type Assignment struct {
	Column *meta.Column
	Value  query.Value
	Target *meta.Table
	By     *Alternate
	ByRule bool
}

// Bind points a lookup at a row.
func Bind(c *meta.Column, to Key) Assignment {
	return Assignment{Column: c, Value: query.GUID(to.ID), Target: to.Table, By: to.Alternate}
}

// Link names what a navigation property of a row leads to.
type Link struct {
	Key Key
	Nav meta.Navigation
}

// Retrieve asks for one row by key. Select carries outputs and expands; engine
// adds the key. With Via, a single-valued link, the row is the one that it leads to;
// Key then holds the table at most, and a nil Select asks for the key alone.
// UnlessVersion is the row version for which 304 is the answer
// (If-None-Match), 0 for none. Standing says that Select is asked again and again, by
// anybody: it does not change, and what was made of it may be kept.
type Retrieve struct {
	Key           Key
	Via           *Link
	Select        *query.Select
	UnlessVersion int64
	Standing      bool
}

// RetrieveMultiple asks for a page of rows; with Of, a collection-valued link, for
// those it leads to. Standing is as in Retrieve.
type RetrieveMultiple struct {
	Select   *query.Select
	Of       *Link
	Standing bool
}

// Create makes a row. Its primary id is ID; when that is zero, the one in Values, or
// else a new one. Return is what to answer with after the write (return=representation).
type Create struct {
	Table   *meta.Table
	ID      meta.ID
	Values  []Assignment
	Related []Related
	Return  *query.Select
	Unique  bool // refuse what duplicate detection rules find
}

// Related is a row that a Create makes together with its own, or, where New is nil, one
// that is there and joins the collection Nav.
type Related struct {
	Nav meta.Navigation
	New *Create
	Key Key
}

// Mode says what an Update may do when the row is there or not.
type Mode uint8

// The modes: Upsert is a bare PATCH, UpdateOnly has If-Match: * or an ETag,
// CreateOnly has If-None-Match: *.
const (
	Upsert Mode = iota
	UpdateOnly
	CreateOnly
)

// Update changes a row, or makes it when Mode allows. IfVersion is the row version
// it must still have (If-Match), 0 for any.
type Update struct {
	Key       Key
	Values    []Assignment
	Mode      Mode
	IfVersion int64
	Return    *query.Select
	Unique    bool   // refuse what duplicate detection rules find
	Whole     *Whole // nil: collections stay as they are
}

// Whole is a collection given whole: Rows, all of them to be made, are to stand in the place
// of those that are in Nav. Parties of activities alone are written so.
type Whole struct {
	Nav  meta.Navigation
	Rows []Related
}

// Associate puts the row Related into a many-to-many collection.
type Associate struct {
	Link    Link
	Related Key
}

// Disassociate takes the row Related out of a collection-valued link.
type Disassociate struct {
	Link    Link
	Related Key
}

// Multiple does several creates and updates as one, all or none.
type Multiple struct{ Ops []Op }

// Delete removes a row.
type Delete struct {
	Key       Key
	IfVersion int64
}

// Row is a row given as an argument of a message: named by Key, with what else the
// client said of it. Key.ID is zero for a row described by values alone.
type Row struct {
	Key    Key
	Values []Assignment
}

// Message is a named function or action, such as WhoAmI. Bound is the row it is
// bound to, nil when unbound; Of is the table whose rows it is bound to all together, nil
// otherwise. Arguments hold values of the set that Member describes, and Row and float64.
//
// Ask gives the selection of a table's rows that the client is to see, for messages that
// answer with rows that are there (Answer.Rows), or with one (Answer.One): of the columns
// that are named or, when none is, of those that the request selects. It is nil where
// nobody can be answered so.
type Message struct {
	Name      string
	Bound     *Key
	Of        *meta.Table
	Arguments []Member
	Ask       func(t *meta.Table, one bool, columns ...string) (*query.Select, error)
}

// Invoke is a call of a custom API, which environments declare as rows. Bound is the row
// it is called on, nil for none or all rows. Arguments are those that were given, in the
// order of the API's parameters: nil, bool, int64, float64, string, meta.ID, Row for a row
// that is named alone, List, and JSON for rows with what else they hold.
type Invoke struct {
	API       *meta.API
	Bound     *Key
	Arguments []Member
}

// JSON is the text of a value that is no more than passed on.
type JSON string

// Argument gives an argument by name, nil when it was not given.
func (m *Message) Argument(name string) any {
	for _, a := range m.Arguments {
		if a.Name == name {
			return a.Value
		}
	}
	return nil
}

func (*Retrieve) op()         {}
func (*RetrieveMultiple) op() {}
func (*Create) op()           {}
func (*Update) op()           {}
func (*Delete) op()           {}
func (*Associate) op()        {}
func (*Disassociate) op()     {}
func (*Multiple) op()         {}
func (*Message) op()          {}
func (*Invoke) op()           {}
