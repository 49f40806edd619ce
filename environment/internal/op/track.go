package op

import (
	"time"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// Stamp is a moment in the life of a table's rows: the row version of the last change
// before it, and when that was asked.
type Stamp struct {
	Version int64
	At      time.Time
}

// Changes asks for a page of what became of a table's rows since a moment: first those that
// are new or changed, by row version, then those that are no more. Without Since it asks
// for all rows as they are (Dataverse facts 5.14).
//
// Select carries outputs, the page's limit, the order (by row version and primary id, or
// by primary id alone without Since) and where the page before ended; engine adds the
// condition. Until is the moment up to which the pages go, nil for the first of them.
// Deleted is the row version of the last deletion that the pages before told, 0 while
// there are rows to tell. Count asks for the number alone, at most Select.Limit.
type Changes struct {
	Select       *query.Select
	Since, Until *Stamp
	Deleted      int64
	Count        bool
}

// Changed is what a page of changes holds besides its rows. More says that another page
// follows; Until is what the next Changes has as Since. Number counts the page's rows and
// deletions.
type Changed struct {
	Until   Stamp
	Deleted []Deletion
	More    bool
	Number  int64
}

// Deletion is a row that is no more, with the row version that its end has.
type Deletion struct {
	ID      meta.ID
	Version int64
}

func (*Changes) op() {}
