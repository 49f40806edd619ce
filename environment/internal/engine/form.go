package engine

import (
	"slices"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/content"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/rows"
	"github.com/stead-s2s/stead/environment/internal/store"
)

// forms are what the write rules need to know of a model's tables, found once per
// model. Members of a form are nil where the table has no such column; draft takes
// nil columns for columns that are not there.
type forms struct {
	model  *meta.Model
	tables map[*meta.Table]*form
}

type form struct {
	table *meta.Table
	rules Rules

	owner, owningUser, owningTeam, owningUnit *meta.Column

	createdOn, createdBy, createdFor    *meta.Column
	modifiedOn, modifiedBy, modifiedFor *meta.Column
	overridden, version                 *meta.Column

	state, status  *meta.Column
	currency, rate *meta.Column
	money          []amount

	computed []computation
	mirrors  []mirror
	defaults []fallback
	required []*meta.Column
	numbered []numbering
	body     *meta.Column

	organization, timezone, objectType, activityType, scheduled *meta.Column
	addressIDs                                                  []*meta.Column
}

// draft is a row on its way to the database, with the form of its table.
type draft struct {
	*form
	rows.Draft

	links  []access.Link  // of the client's lookups, once they were asked for
	linked []store.Answer // and what was answered to each
}

// amount is a money column with its value in base currency.
type amount struct{ value, base *meta.Column }

// fallback is the value that a column takes in a new row when nobody gives one.
type fallback struct {
	column *meta.Column
	value  int64
}

// formsOf finds the forms of a model. Two requests that meet a new model at once
// make them twice; either is right.
func (e *Engine) formsOf(m *meta.Model) *forms {
	if f := e.forms.Load(); f != nil && f.model == m {
		return f
	}
	f := &forms{model: m, tables: make(map[*meta.Table]*form, len(m.Tables))}
	for _, t := range m.Tables {
		f.tables[t] = newForm(t)
		f.tables[t].rules = e.tables[t.LogicalName]
	}
	e.forms.Store(f)
	return f
}

func newForm(t *meta.Table) *form {
	f := &form{
		table:       t,
		createdOn:   t.Column("createdon"),
		createdBy:   t.Column("createdby"),
		createdFor:  t.Column("createdonbehalfby"),
		modifiedOn:  t.Column("modifiedon"),
		modifiedBy:  t.Column("modifiedby"),
		modifiedFor: t.Column("modifiedonbehalfby"),
		overridden:  t.Column("overriddencreatedon"),
		version:     t.Column("versionnumber"),
		currency:    t.Column("transactioncurrencyid"),
		rate:        t.Column("exchangerate"),
		timezone:    t.Column("timezoneruleversionnumber"),
	}
	if t.PrimaryID != t.Column("organizationid") {
		f.organization = t.Column("organizationid")
	}
	if t.LogicalName == "transactioncurrency" {
		f.currency, f.rate = nil, nil // the currency's own rate is data
	}
	f.ownership()
	for _, c := range t.Columns {
		f.column(c)
	}
	f.composition()
	return f
}

func (f *form) ownership() {
	if f.table.Ownership != meta.UserOwned {
		return
	}
	f.owner = f.table.Column("ownerid")
	f.owningUser = f.table.Column("owninguser")
	f.owningTeam = f.table.Column("owningteam")
	f.owningUnit = f.table.Column("owningbusinessunit")
}

func (f *form) column(c *meta.Column) {
	if c.AutoNumber != "" {
		f.numbered = append(f.numbered, newNumbering(c))
	}
	if c.Body {
		f.body = c
	}
	switch c.Kind {
	case meta.State:
		f.state = c
	case meta.Status:
		f.status = c
	case meta.Money:
		if c.BaseOf != nil {
			f.money = append(f.money, amount{value: c.BaseOf, base: c})
		}
	case meta.Boolean:
		f.defaults = append(f.defaults, fallback{c, defaultOf(c, 0)})
	case meta.Choice:
		if v := defaultOf(c, -1); v >= 0 {
			f.defaults = append(f.defaults, fallback{c, v})
		}
	}
	if c.Required == meta.SystemRequired && c != f.table.PrimaryID && (c.ForCreate || c.ForUpdate) {
		f.required = append(f.required, c)
	}
}

// defaultOf gives the value of a column's default option.
func defaultOf(c *meta.Column, otherwise int64) int64 {
	for _, o := range c.Options {
		if o.Default {
			return o.Value
		}
	}
	return otherwise
}

// loads lists the columns of the stored row that an update of these columns must
// know.
func (f *form) loads(d *draft) []*meta.Column {
	all := []*meta.Column{f.owner, f.state, f.status}
	if f.touchesMoney(d) {
		all = append(all, f.currency)
		for _, m := range f.money {
			all = append(all, m.value)
		}
	}
	for _, a := range d.Client {
		if a.Column.Kind == meta.Image {
			all = append(all, content.Holder(a.Column))
		}
	}
	if f.body != nil {
		all = append(all, f.body, f.table.Column("filename"), f.table.Column("mimetype"))
	}
	if f.scheduled != nil && slices.ContainsFunc(f.scheduled.Parts, d.Sets) {
		all = append(all, f.scheduled.Parts...)
	}
	for _, c := range f.computed {
		if c.touched(d) {
			all = append(all, c.parts...)
		}
	}
	return all
}
