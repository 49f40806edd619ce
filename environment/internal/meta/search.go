package meta

// searchedColumns are the columns that Dataverse search looks into: those that the quick
// find views of the service's standard tables name.
var searchedColumns = map[string][]string{
	"account":    {"name", "accountnumber", "emailaddress1", "telephone1", "telephone2", "address1_city"},
	"contact":    {"fullname", "firstname", "lastname", "emailaddress1", "telephone1", "mobilephone", "address1_city"},
	"task":       {"subject", "description"},
	"annotation": {"subject", "notetext", "filename"},
}

// Searched reports whether Dataverse search knows the rows of the table: a few standard
// ones and all that makers made, as far as their rows have owners and names.
func (t *Table) Searched() bool {
	named := t.Ownership == UserOwned && !t.Intersect && t.PrimaryName != nil && t.Column("modifiedon") != nil
	return named && (t.Custom || searchedColumns[t.LogicalName] != nil)
}

// SearchedColumns are the columns that are searched, the name first. Of tables that makers
// made they are the name and the other short texts.
func (t *Table) SearchedColumns() []*Column {
	var all []*Column
	for _, name := range searchedColumns[t.LogicalName] {
		if c := t.Column(name); c != nil && c.ForRead {
			all = append(all, c)
		}
	}
	if all != nil {
		return all
	}
	all = []*Column{t.PrimaryName}
	for _, c := range t.Columns {
		if c.Kind == String && c != t.PrimaryName && c.ForRead && !c.Hidden && c.Custom {
			all = append(all, c)
		}
	}
	return all
}
