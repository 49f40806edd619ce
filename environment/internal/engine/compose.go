package engine

import (
	"cmp"
	"slices"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// computation is a text column that the service writes itself from others.
type computation struct {
	target *meta.Column
	parts  []*meta.Column
	join   func(parts []string) string // nil: a name, in the organization's form
}

func (c computation) touched(d *draft) bool { return slices.ContainsFunc(c.parts, d.Sets) }

// mirror is a read-only lookup that repeats another when that points to a row of
// one table (contact.accountid; Dataverse facts 6.5).
type mirror struct {
	source, copy *meta.Column
	table        string
}

// composition finds the columns of the form that others make up.
func (f *form) composition() {
	t := f.table
	f.computes("fullname", nil)
	f.computes("yomifullname", phonetic)
	for _, p := range []string{"address1_", "address2_"} {
		f.computes(p+"composite", address)
		if c := t.Column(p + "addressid"); c != nil && c.Kind == meta.UniqueID {
			f.addressIDs = append(f.addressIDs, c)
		}
	}
	if source := t.Column("parentcustomerid"); source != nil {
		f.mirror(source, "account", "accountid")
		f.mirror(source, "contact", "parentcontactid")
	}
	if t.Activity {
		f.activityType = t.Column("activitytypecode")
		if c := t.Column("scheduleddurationminutes"); c != nil && c.Parts != nil {
			f.scheduled = c
		}
	}
	if t.LogicalName == "annotation" || t.LogicalName == meta.MailAttachmentTable {
		f.objectType = t.Column("objecttypecode")
	}
}

func (f *form) mirror(source *meta.Column, table, name string) {
	if c := f.table.Column(name); c != nil && c != f.table.PrimaryID {
		f.mirrors = append(f.mirrors, mirror{source: source, copy: c, table: table})
	}
}

func (f *form) computes(target string, join func([]string) string) {
	if c := f.table.Column(target); c != nil && c.Parts != nil {
		f.computed = append(f.computed, computation{target: c, parts: c.Parts, join: join})
	}
}

// compose writes the columns that follow from others.
func (w *work) compose(d *draft) error {
	for _, c := range d.computed {
		if !d.Creating() && !c.touched(d) {
			continue
		}
		parts := make([]string, len(c.parts))
		for i, p := range c.parts {
			parts[i] = d.Value(p).Text()
		}
		all, err := w.compute(c, parts)
		if err != nil {
			return err
		}
		if all != "" {
			d.Put(c.target, query.Text(all))
		} else {
			d.Put(c.target, query.Null())
		}
	}
	for _, m := range d.mirrors {
		reflect(d, m)
	}
	if d.Creating() {
		d.Put(d.activityType, query.Text(d.table.LogicalName))
	}
	schedule(d)
	return describe(d)
}

func (w *work) compute(c computation, parts []string) (string, error) {
	if c.join != nil {
		return c.join(parts), nil
	}
	o, err := w.org()
	if err != nil {
		return "", err
	}
	if o == nil {
		return nameBy(firstNameFirst, parts), nil
	}
	return nameBy(o.names, parts), nil
}

// schedule reckons how long an activity is to last (Dataverse facts 6.5: the column is
// computed); one without a beginning or an end lasts no time that is known.
func schedule(d *draft) {
	if d.scheduled == nil || !slices.ContainsFunc(d.scheduled.Parts, d.Sets) {
		return
	}
	start, end := d.Value(d.scheduled.Parts[0]), d.Value(d.scheduled.Parts[1])
	if start.IsNull() || end.IsNull() {
		d.Put(d.scheduled, query.Null())
		return
	}
	d.Put(d.scheduled, query.Int((end.Int()-start.Int())/60))
}

func reflect(d *draft, m mirror) {
	if !d.Sets(m.source) {
		return
	}
	if t := d.TargetOf(m.source); t != nil && t.LogicalName == m.table {
		d.Link(m.copy, t, d.Value(m.source).GUID())
	} else {
		d.Put(m.copy, query.Null())
	}
}

// describe fills in what a note tells of its object and its document.
func describe(d *draft) error {
	if d.objectType == nil {
		return nil
	}
	if object := d.table.Column("objectid"); d.Sets(object) {
		if t := d.TargetOf(object); t != nil {
			d.Put(d.objectType, query.Text(t.LogicalName))
		} else {
			d.Put(d.objectType, query.Null())
		}
	}
	return nil
}

// phonetic is the full name as it is spoken: a name whose reading nobody gave is read as
// it is written.
func phonetic(p []string) string { return joined(" ", cmp.Or(p[0], p[2]), cmp.Or(p[1], p[3])) }

// FormatAddress writes an address as composed columns have it. Its parts are the three
// lines, the city, the state or province, the postal code and the country.
func FormatAddress(parts [7]string) string { return address(parts[:]) }

// address is the form of an address in one text: up to three lines, then city, state
// and postal code, then the country (sample output of FormatAddress).
func address(p []string) string {
	return joined("\r\n", p[0], p[1], p[2], joined(", ", p[3], joined(" ", p[4], p[5])), p[6])
}

// joined leaves out what is empty.
func joined(separator string, parts ...string) string {
	return strings.Join(slices.DeleteFunc(slices.Clone(parts), func(s string) bool { return s == "" }), separator)
}
