package store_test

import (
	"cmp"
	"math/rand/v2"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// dice makes random rows and random trees over the model, from small sets of values,
// so that equal ones, null ones and near misses meet often.
type dice struct {
	*rand.Rand
	w *world
}

var (
	words = []string{"", "alpha", "ALPHA", "Alphabet", "beta", "Beta ", "a_b", "a%b", "[x]", "50%", "*star?", `back\slash`, "éclair",
		"ÉCLAIR", "zulu", "Z", "[", "]", "^", "-", "a-c", "b", "日本", "\U0001F600"}
	patterns = []string{"", "a", "AL", "%", "_", "a%b", "a[_]b", "[a-c]%", "[^a-c]%", "[]", "[^]", "[", "]", "[[]x]", "[A-Z]eta", "%[ ]", "*", "?",
		`\`, "[x", "b%t", "__", "[*]star", "é", "[é-ê]%", "[-a]%", "[^-]", "Z", "zU", "日_", "50[%]", "%%a%%"}
)

func pick[T any](d *dice, from []T) T { return from[d.IntN(len(from))] }

// value makes a constant for a column, null one time in nulls (0: never).
func (d *dice) value(c *meta.Column, nulls int) query.Value {
	if nulls > 0 && d.IntN(nulls) == 0 {
		return query.Null()
	}
	switch c.Storage() {
	case meta.Text:
		return query.Text(pick(d, words))
	case meta.Float:
		return query.Float(float64(d.IntN(9)-4) / 2)
	case meta.GUID:
		return guid(d.IntN(40))
	}
	if c.Kind == meta.Boolean {
		return query.Bool(d.IntN(2) == 0)
	}
	return query.Int(int64(d.IntN(7) - 2))
}

// populate inserts rows into the tables that trees ask about, and returns them.
func (d *dice) populate() *oracle {
	o := &oracle{rows: map[*meta.Table][]tuple{}, at: map[*query.Select]tuple{}}
	var changes []access.Change
	for _, table := range []string{"account", "contact", "systemuser", "team", "principalobjectaccess", "accountcontact"} {
		t := d.w.m.Table(table)
		n := map[string]int{"account": 40, "contact": 40, "systemuser": 10, "team": 10}[table]
		for i := range cmp.Or(n, 60) {
			row, values := d.row(t, i)
			if table == "principalobjectaccess" || table == "accountcontact" { // a pair may stand in them once
				a, b := t.Columns[1], t.Columns[2]
				row[a], row[b] = guid(i*7%40), guid((i*7/40*11+i)%40)
				values[a.LogicalName], values[b.LogicalName] = row[a], row[b]
			}
			o.rows[t] = append(o.rows[t], row)
			changes = append(changes, d.w.insertion(table, values))
		}
	}
	d.w.apply(changes...)
	return o
}

// row makes a row with all its columns; ids are the first numbers, so that lookups
// find targets.
func (d *dice) row(t *meta.Table, i int) (tuple, set) {
	row, values := tuple{t.PrimaryID: guid(i)}, set{t.PrimaryID.LogicalName: guid(i)}
	for _, c := range t.Columns {
		if c == t.PrimaryID || c.Hidden || c.LogicalName == "applicationid" || c.LogicalName == "azureactivedirectoryobjectid" {
			continue
		}
		name := c.LogicalName
		row[c] = d.value(c, 4)
		if c.TypeColumn != nil && !row[c].IsNull() {
			target := d.IntN(2)
			row[c.TypeColumn] = query.Int(c.Targets[target].TypeCode)
			name += []string{"", ">"}[target]
		}
		values[name] = row[c]
	}
	return row, values
}

// column picks a visible column of a storage class; 0 is any.
func (d *dice) column(t *meta.Table, class meta.Storage) *meta.Column {
	for {
		if c := pick(d, t.Columns); !c.Hidden && (class == 0 || c.Storage() == class) {
			return c
		}
	}
}

func (d *dice) col(s *query.Select, class meta.Storage) query.Col {
	return query.Col{Of: s, C: d.column(s.Table, class)}
}

// condition makes a condition on s, at most depth deep.
func (d *dice) condition(s *query.Select, depth int) query.Expr {
	if depth > 0 && d.IntN(2) == 0 {
		switch d.IntN(5) {
		case 0:
			return query.And{Members: d.conditions(s, depth-1)}
		case 1:
			return query.Or{Members: d.conditions(s, depth-1)}
		case 2:
			return query.Not{Member: d.condition(s, depth-1)}
		case 3:
			return d.scope(s)
		default:
			return d.exists(s, depth-1)
		}
	}
	switch d.IntN(8) {
	case 0:
		return query.IsNull{Col: d.col(s, 0)}
	case 1, 2:
		return query.Match{Col: d.col(s, meta.Text), Kind: pick(d, []query.MatchKind{query.Contains, query.StartsWith, query.EndsWith, query.Like}), Pattern: pick(d, patterns)}
	case 3:
		return d.in(d.col(s, 0))
	case 4:
		if s.Table.LogicalName == "account" {
			return query.HasBits{Col: d.w.col(s, "employees"), Mask: int64(d.IntN(4))}
		}
		return query.Const{True: d.IntN(2) == 0}
	case 5:
		a := d.col(s, 0)
		b := d.col(s, a.C.Storage())
		return query.Compare{Col: a, Op: d.operator(), Other: &b}
	}
	c := d.col(s, 0)
	return query.Compare{Col: c, Op: d.operator(), Value: d.value(c.C, 20)}
}

func (d *dice) conditions(s *query.Select, depth int) (all []query.Expr) {
	for range d.IntN(4) {
		all = append(all, d.condition(s, depth))
	}
	return all
}

func (d *dice) operator() query.Operator {
	return query.Operator(1 + d.IntN(6))
}

func (d *dice) in(c query.Col) query.Expr {
	e := query.In{Col: c}
	for range d.IntN(5) {
		e.Values = append(e.Values, d.value(c.C, 0))
	}
	return e
}

// exists asks for contacts of an account, or accounts of a contact.
func (d *dice) exists(s *query.Select, depth int) query.Expr {
	inner, tie, tied := "contact", "parentcustomerid", "accountid"
	if s.Table.LogicalName == "contact" {
		inner, tie, tied = "account", "primarycontactid", "contactid"
	}
	sub := &query.Select{Table: d.w.m.Table(inner)}
	outer := d.w.col(s, tied)
	same := query.Compare{Col: d.w.col(sub, tie), Op: query.Equal, Other: &outer}
	if d.IntN(4) == 0 {
		inner := same.Col
		same.Col, same.Other = outer, &inner
	}
	sub.Where = query.And{Members: []query.Expr{same, d.condition(sub, depth)}}
	if d.IntN(3) == 0 {
		return query.Exists{Select: sub, Op: query.Operator(1 + d.IntN(6)), Number: int64(d.IntN(3))}
	}
	return query.Exists{Select: sub}
}

// scope makes what access adds to a select of rows that users own.
func (d *dice) scope(s *query.Select) query.Expr {
	share := &query.Select{Table: d.w.m.Table("principalobjectaccess")}
	object := query.Col{Of: s, C: s.Table.PrimaryID}
	share.Where = query.And{Members: []query.Expr{
		query.Compare{Col: d.w.col(share, "objectid"), Op: query.Equal, Other: &object},
		d.in(d.w.col(share, "principalid")),
		query.Or{Members: []query.Expr{
			query.HasBits{Col: d.w.col(share, "accessrightsmask"), Mask: 1},
			query.HasBits{Col: d.w.col(share, "inheritedaccessrightsmask"), Mask: 2},
		}},
	}}
	return query.Or{Members: []query.Expr{d.in(d.w.col(s, "ownerid")), d.in(d.w.col(s, "owningbusinessunit")), query.Exists{Select: share}}}
}

// tree makes a question with a total order.
func (d *dice) tree(table string) *query.Select {
	s := d.w.sel(table, d.w.m.Table(table).PrimaryID.LogicalName)
	if d.IntN(8) > 0 {
		s.Where = d.condition(s, 3)
	}
	for range d.IntN(3) {
		o := query.Order{Col: d.col(s, 0), Descending: d.IntN(2) == 0}
		o.ByLabel = o.Col.C.IsLookup() && o.Col.C.Targets[0].LogicalName != "transactioncurrency" && d.IntN(2) == 0
		s.Order = append([]query.Order{o}, s.Order...)
	}
	if d.IntN(6) == 0 {
		s.Order[len(s.Order)-1].Descending = true
	}
	if d.IntN(3) == 0 {
		hidden := d.column(s.Table, 0)
		s = query.CloneMasked(s, func(c *meta.Column) bool { return c == hidden && c != c.Table.PrimaryID })
	}
	return s
}
