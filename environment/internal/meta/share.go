package meta

// SharingTable is the table of shares: each gives a principal rights on one row.
const SharingTable = "principalobjectaccess"

// SharedName is a column of shares that is no part of the Web API: the name of the row
// that is shared. Beside the principal it makes an index that has the rows shared with
// somebody in the order of their names, which no index of theirs can.
const SharedName = "objectname"

// LongestIndexed is how long a text may be that every engine can keep in an index, in
// UTF-16 units: in UTF-8 at most 2,550 bytes of the 2,704 that an entry may have where it
// may have fewest.
const LongestIndexed = 850

// Named reports whether rows of t can be shared and have names that shares keep.
func (t *Table) Named() bool {
	name := t.PrimaryName
	return t.Ownership == UserOwned && name != nil && name != t.PrimaryID && name.MaxLength > 0 && name.MaxLength <= LongestIndexed
}
