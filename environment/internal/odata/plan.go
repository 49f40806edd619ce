package odata

import (
	"encoding/base64"
	"strconv"
	"time"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// rowPlan is how the rows of one shape are written: which cells, in which order,
// under which ready-quoted keys. It is made once per answer, so that a row costs no
// map, no reflection and no allocation.
type rowPlan struct {
	address []byte // of a row, up to its id
	version int    // cell of the row version for the ETag, -1 for none
	id      int    // cell of the primary id
	owner   bool
	members []member
	nested  []nestedPlan
}

// member is one property and its annotations. formatted is nil when that annotation
// is not wanted; each key ends with its colon.
type member struct {
	form               form
	column             *meta.Column
	cell, label, typed int
	key                []byte
	formatted          []byte
	zone               *time.Location // of the formatted value; nil is UTC
	tables             *meta.Model    // where tables are found that the value names
	pointsTo           []pointsTo
}

// pointsTo is a table that a lookup leads to and the annotations that say so, ready
// to write.
type pointsTo struct {
	typeCode    int64
	annotations []byte
}

// newRowPlan plans rows of a shape. etag says whether they carry one.
func (r Request) newRowPlan(shape *query.Shape, etag bool) *rowPlan {
	p := &rowPlan{version: -1, id: shape.ID, owner: isPrincipal(shape.Table), members: make([]member, 0, len(shape.Fields))}
	p.address = appendEscaped(nil, r.Root+shape.Table.SetName+"(")
	if etag {
		p.version = shape.Version
	}
	for _, f := range shape.Fields {
		p.members = append(p.members, r.newMember(f))
	}
	return p
}

// isPrincipal tells the two tables whose rows show their id as ownerid too, the key
// of the type they inherit from (Dataverse facts 5.19).
func isPrincipal(t *meta.Table) bool { return t.LogicalName == "systemuser" || t.LogicalName == "team" }

func (r Request) newMember(f query.Field) member {
	c := f.Column
	m := member{form: formOf(c), column: c, cell: f.Value, label: f.Label, typed: f.Type, key: keyOf(c.Property)}
	ask := r.Annotations
	if ask.Has(formattedValue) {
		if m.form == formInstant && c.Date == meta.UserLocal {
			m.zone = r.Zone
		}
		if c.Kind == meta.EntityName {
			m.tables = r.Model
		}
		m.formatted = keyOf(c.Property + "@" + formattedValue)
	}
	if c.IsLookup() && (ask.Has(associatedNavigation) || ask.Has(lookupLogicalName)) {
		m.pointsTo = pointsFrom(c, ask)
	}
	return m
}

func keyOf(name string) []byte { return append(appendString(nil, name), ':') }

// pointsFrom lists where a lookup leads, with the annotations wanted for each.
func pointsFrom(c *meta.Column, ask Annotations) []pointsTo {
	all := make([]pointsTo, 0, len(c.Targets))
	for _, t := range c.Targets {
		p := pointsTo{typeCode: t.TypeCode}
		if name := navigationOf(c, t); name != "" && ask.Has(associatedNavigation) {
			p.annotations = appendAnnotation(p.annotations, c, associatedNavigation, name)
		}
		if ask.Has(lookupLogicalName) {
			p.annotations = appendAnnotation(p.annotations, c, lookupLogicalName, t.LogicalName)
		}
		all = append(all, p)
	}
	return all
}

func appendAnnotation(b []byte, c *meta.Column, name, value string) []byte {
	b = append(b, keyOf(c.Property+"@"+name)...)
	return append(appendString(b, value), ',')
}

func navigationOf(c *meta.Column, target *meta.Table) string {
	if c.Kind == meta.Owner {
		return c.LogicalName
	}
	for _, rel := range c.Table.ManyToOne {
		if rel.ReferencingColumn == c && rel.Referenced == target {
			return rel.ReferencingNavigation
		}
	}
	return ""
}

func (p *rowPlan) append(b []byte, row query.Row) []byte {
	b = append(b, '{')
	if p.version >= 0 && !row.Null(p.version) {
		b = append(b, `"@odata.etag":"`...)
		b = appendETag(b, row.Int(p.version), `\"`)
		b = append(b, `",`...)
	}
	for i := range p.members {
		b = p.members[i].append(b, row)
	}
	if p.owner && !row.Null(p.id) {
		b = append(b, `"ownerid":"`...)
		b = appendCellID(b, row, p.id)
		b = append(b, `",`...)
	}
	for i := range p.nested {
		b = p.appendNested(b, row, i)
	}
	return closeWith(b, '}')
}

// closeWith ends an object or array whose members each left a comma behind.
func closeWith(b []byte, end byte) []byte {
	if b[len(b)-1] == ',' {
		b[len(b)-1] = end
		return b
	}
	return append(b, end)
}

// append writes annotations, value and a comma.
func (m *member) append(b []byte, row query.Row) []byte {
	if row.Null(m.cell) {
		b = append(b, m.key...)
		return append(b, "null,"...)
	}
	if m.formatted != nil {
		b = m.appendFormattedMember(b, row)
	}
	if m.pointsTo != nil {
		b = append(b, m.target(row)...)
	}
	b = append(b, m.key...)
	b = m.appendValue(b, row)
	return append(b, ',')
}

func (m *member) appendFormattedMember(b []byte, row query.Row) []byte {
	mark := len(b)
	b = append(b, m.formatted...)
	b = append(b, '"')
	b, ok := m.appendFormatted(b, row)
	if !ok {
		return b[:mark]
	}
	return append(b, '"', ',')
}

// target gives the annotations of the table that a lookup's value points to.
func (m *member) target(row query.Row) []byte {
	if len(m.pointsTo) == 1 {
		return m.pointsTo[0].annotations
	}
	if m.typed < 0 || row.Null(m.typed) {
		return nil
	}
	code := row.Int(m.typed)
	for i := range m.pointsTo {
		if m.pointsTo[i].typeCode == code {
			return m.pointsTo[i].annotations
		}
	}
	return nil
}

func (m *member) appendValue(b []byte, row query.Row) []byte {
	switch m.form {
	case formInteger, formChoice:
		return strconv.AppendInt(b, row.Int(m.cell), 10)
	case formMoney:
		return appendMoney(b, row.Int(m.cell))
	case formDecimal:
		return appendFloat(b, row.Float(m.cell), decimalDigits)
	case formDouble:
		return appendFloat(b, row.Float(m.cell), -1)
	case formBoolean:
		return strconv.AppendBool(b, row.Int(m.cell) != 0)
	}
	b = append(b, '"')
	switch m.form {
	case formInstant:
		b = appendInstant(b, row.Int(m.cell))
	case formDate:
		b = appendDate(b, row.Int(m.cell))
	case formGUID:
		b = appendCellID(b, row, m.cell)
	case formBytes:
		b = base64.StdEncoding.AppendEncode(b, row.Bytes(m.cell))
	default:
		b = appendEscaped(b, row.Bytes(m.cell))
	}
	return append(b, '"')
}

func appendCellID(b []byte, row query.Row, cell int) []byte {
	var id meta.ID
	copy(id[:], row.Bytes(cell))
	return id.Append(b)
}
