package sqlgen

import "github.com/stead-s2s/stead/environment/internal/meta"

// labelled reports whether a column has a label of its own: the primary name of a
// lookup's target, or the currency symbol of money.
func labelled(c *meta.Column) bool { return c.IsLookup() || c.Kind == meta.Money }

// label writes the expression of a column's label: a scalar sub-select, so that a
// missing target leaves a null and never a missing row. For lookups with several
// targets the type code chooses. A choice gives the place of its label among all.
func (w *writer) label(self int, c *meta.Column) {
	switch {
	case len(c.Options) > 0:
		w.rank(self, c)
	case c.Kind == meta.Money:
		w.symbol(self, c)
	case c.TypeColumn == nil && len(c.Targets) == 1:
		w.targetName(self, c, c.Targets[0])
	case c.TypeColumn != nil:
		w.text("CASE ")
		w.column(self, c.TypeColumn)
		for _, t := range c.Targets {
			w.text(" WHEN ")
			w.number(t.TypeCode)
			w.text(" THEN ")
			w.targetName(self, c, t)
		}
		w.text(" END")
	default:
		w.text("NULL")
	}
}

// targetName selects the primary name of the row of t that the lookup points to.
func (w *writer) targetName(self int, c *meta.Column, t *meta.Table) {
	if t.PrimaryName == nil {
		w.text("NULL")
		return
	}
	w.scalar(t, t.PrimaryName)
	w.text(" = ")
	w.column(self, c)
	w.text(")")
}

// scalar begins (SELECT l.column FROM t AS l WHERE l.id.
func (w *writer) scalar(t *meta.Table, c *meta.Column) {
	w.text("(SELECT l.")
	w.name(c.LogicalName)
	w.text(" FROM ")
	w.name(t.LogicalName)
	w.text(" AS l WHERE l.")
	w.name(t.PrimaryID.LogicalName)
}

// symbol selects the symbol of the currency that an amount is in: the row's own, or
// the organization's for the amount in base currency.
func (w *writer) symbol(self int, c *meta.Column) {
	currency, symbol := currencyOf(c.Table)
	if currency == nil {
		w.text("NULL")
		return
	}
	if c.BaseOf != nil {
		w.baseSymbol(currency.Targets[0], symbol)
		return
	}
	w.scalar(symbol.Table, symbol)
	w.text(" = ")
	w.column(self, currency)
	w.text(")")
}

// baseSymbol selects the symbol of the organization's base currency. The
// organization is found through the currency's own lookup; a model without it has no
// base currency to show.
func (w *writer) baseSymbol(currencies *meta.Table, symbol *meta.Column) {
	base := baseCurrency(currencies)
	if base == nil {
		w.text("NULL")
		return
	}
	w.scalar(currencies, symbol)
	w.text(" = (SELECT o.")
	w.name(base.LogicalName)
	w.text(" FROM ")
	w.name(base.Table.LogicalName)
	w.text(" AS o LIMIT 1))")
}

// currencyOf gives the lookup that says which currency a row's amounts are in, and
// the symbol column of its target; nil when the table has none.
func currencyOf(t *meta.Table) (lookup, symbol *meta.Column) {
	lookup = t.Column("transactioncurrencyid")
	if lookup == nil || len(lookup.Targets) != 1 {
		return nil, nil
	}
	if symbol = lookup.Targets[0].Column("currencysymbol"); symbol == nil {
		return nil, nil
	}
	return lookup, symbol
}

func baseCurrency(currencies *meta.Table) *meta.Column {
	org := currencies.Column("organizationid")
	if org == nil || len(org.Targets) != 1 {
		return nil
	}
	return org.Targets[0].Column("basecurrencyid")
}
