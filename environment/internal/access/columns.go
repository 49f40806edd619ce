package access

import (
	"slices"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// permission is what somebody may do with a secured column (facts 3.13).
type permission struct{ create, read, update bool }

func (p permission) or(q permission) permission {
	return permission{p.create || q.create, p.read || q.read, p.update || q.update}
}

func (p permission) and(q permission) permission {
	return permission{p.create && q.create, p.read && q.read, p.update && q.update}
}

var everything = permission{true, true, true}

// secured gives the column whose permissions decide on c: itself, or the amount that c
// holds in base currency, which would tell it; nil when c is open to all.
func secured(c *meta.Column) *meta.Column {
	switch {
	case c.BaseOf != nil && c.BaseOf.Secured:
		return c.BaseOf
	case c.Secured:
		return c
	default:
		return nil
	}
}

// column is what the principal may do with a secured column: what its profiles and
// those of its teams allow together. System Administrators may do everything.
func (p *principal) column(c *meta.Column) permission {
	if p.administrator() {
		return everything
	}
	if p == nil {
		return permission{}
	}
	may := p.columns[c]
	for _, team := range p.teams {
		may = may.or(team.columns[c])
	}
	return may
}

// may is what the caller may do with any column: under impersonation, what both users
// may, as with privileges.
func (c Caller) may(column *meta.Column) permission {
	s := secured(column)
	if s == nil {
		return everything
	}
	may := c.Effective.self.column(s)
	if c.Impersonating() {
		may = may.and(c.Authenticated.self.column(s))
	}
	return may
}

// Masked reports a column that the caller may not read: rules that tell the caller what
// a row holds must take it for null.
func Masked(c Caller, column *meta.Column) bool { return c.masked(column) }

// masked reports a column that is null to the caller, wherever it is named. One that is
// made of others, as a full name is, would tell them.
func (c Caller) masked(column *meta.Column) bool {
	return !c.may(column).read || slices.ContainsFunc(column.Parts, c.masked)
}

// mask gives the question as the caller may ask it. Masked columns count as null in
// every place (facts 3.13): who could filter or sort by one would find out its value.
// The name of the row that a lookup points to follows that name's own column, and
// rows tied by a masked lookup are not there.
func (c Caller) mask(s *query.Select) *query.Select {
	granted := query.CloneMasked(s, c.masked)
	for sel := range query.Selects(granted) {
		for i, o := range sel.Columns {
			sel.Columns[i].Label = o.Label && !c.nameless(o.Col.C)
		}
		for i, o := range sel.Order {
			if o.ByLabel && c.nameless(o.Col.C) {
				sel.Order[i].Col.Masked = true
			}
		}
		for _, x := range sel.Expands {
			if c.untied(x.Nav.From) || c.untied(x.Nav.To) {
				x.Select.Where = query.Const{}
			}
		}
	}
	return granted
}

// nameless reports a lookup to a table whose primary name is masked.
func (c Caller) nameless(lookup *meta.Column) bool {
	for _, t := range lookup.Targets {
		if t.PrimaryName != nil && c.masked(t.PrimaryName) {
			return true
		}
	}
	return false
}

func (c Caller) untied(end *meta.Column) bool { return end != nil && c.masked(end) }

// writable refuses secured columns that the client sets without permission; what the
// environment's own rules set is not judged.
func (c Caller) writable(values []op.Assignment, creating bool) error {
	for _, a := range values {
		may := c.may(a.Column)
		switch {
		case a.ByRule || creating && may.create || !creating && may.update:
		case creating:
			return c.closed(dverr.ColumnCreateDenied, a.Column, "create")
		default:
			return c.closed(dverr.ColumnUpdateDenied, a.Column, "update")
		}
	}
	return nil
}

func (c Caller) closed(e dverr.Entry, column *meta.Column, verb string) error {
	who := c.Effective.self
	if s := secured(column); c.Impersonating() && who.column(s) == everything {
		who = c.Authenticated.self
	}
	return e.With().Helping("%s", c.describe(Refusal{Stop: AtColumn, Table: column.Table, Column: column, Who: who.id},
		"Stopped at column security: %s%s may not %s column %s of %s. Smallest change: a field security profile that allows it, for the user or one of its teams.",
		who, c.part(who), verb, column.LogicalName, column.Table.LogicalName))
}
