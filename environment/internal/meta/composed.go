package meta

// composed lists the parts of columns that the service writes itself from others, in the
// order in which they are joined (Dataverse facts 6.5).
func composed() map[string][]string {
	all := map[string][]string{
		"fullname":                 {"firstname", "lastname", "middlename"},
		"scheduleddurationminutes": {"scheduledstart", "scheduledend"},
		"yomifullname":             {"yomifirstname", "yomilastname", "firstname", "lastname"},
	}
	for _, p := range []string{"address1_", "address2_"} {
		all[p+"composite"] = []string{p + "line1", p + "line2", p + "line3", p + "city", p + "stateorprovince", p + "postalcode", p + "country"}
	}
	return all
}

// compose finds the parts of composed columns, and those that tell of a content. A table
// that lacks one of the parts has none.
func (t *Table) compose() {
	for _, c := range t.Columns {
		for _, with := range Companions(c) {
			if companion := t.byName[with.LogicalName]; companion != nil {
				companion.Parts = []*Column{c}
			}
		}
	}
	for name, parts := range composed() {
		c := t.byName[name]
		if c == nil {
			continue
		}
		c.Parts = nil
		for _, part := range parts {
			if p := t.byName[part]; p != nil {
				c.Parts = append(c.Parts, p)
			}
		}
		if len(c.Parts) < len(parts) {
			c.Parts = nil
		}
	}
}
