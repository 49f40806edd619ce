package meta

// SharingTable is the table of shares: each gives a principal rights on one row.
const SharingTable = "principalobjectaccess"

// SharedName is a column of shares that is no part of the Web API: the name of the row
// that is shared. Beside the principal it makes an index that has the rows shared with
// somebody in the order of their names, which no index of theirs can.
const SharedName = "objectname"

// Named reports whether rows of t can be shared and have names that shares keep.
func (t *Table) Named() bool {
	return t.Ownership == UserOwned && t.PrimaryName != nil && t.PrimaryName != t.PrimaryID
}
