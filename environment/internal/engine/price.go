package engine

import (
	"strconv"

	"github.com/stead-s2s/stead/environment/internal/cell"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// organization is what write rules need of the one row of that table, read again when
// the row was changed.
type organization struct {
	id, baseCurrency meta.ID
	pricing, base    int   // decimals of prices and of the base currency
	names            int64 // fullnameconventioncode
	audits           bool  // isauditenabled
	retention        int   // days for which notes of events stay; negative: for good
}

// org gives the organization; nil when the environment has no such row.
func (w *work) org() (*organization, error) {
	if o := w.engine.organization.Load(); o != nil {
		return o, nil
	}
	t := w.Call.Model.Table("organization")
	if t == nil {
		return nil, nil
	}
	base, pricing, decimals, names := t.Column("basecurrencyid"), t.Column("pricingdecimalprecision"), t.Column("basecurrencyprecision"), t.Column("fullnameconventioncode")
	audits, retention := t.Column("isauditenabled"), t.Column("auditretentionperiodv2")
	r, err := w.FetchOnly("settings of the organization", t, t.PrimaryID, base, pricing, decimals, names, audits, retention)
	if err != nil || r == nil {
		return nil, err
	}
	o := &organization{
		id: r.Value(t.PrimaryID).GUID(), baseCurrency: r.Value(base).GUID(), names: firstNameFirst,
		pricing: decimalsOf(r.Value(pricing)), base: decimalsOf(r.Value(decimals)),
		audits: r.Value(audits).Int() == 1, retention: defaultRetention,
	}
	if v := r.Value(retention); !v.IsNull() {
		o.retention = int(v.Int())
	}
	if v := r.Value(names); !v.IsNull() {
		o.names = v.Int()
	}
	w.engine.organization.Store(o)
	return o, nil
}

// firstNameFirst is how names are written where nobody says otherwise.
const firstNameFirst = 1

// unset is a number of decimals that nobody set: the column's own counts.
const unset = -1

func decimalsOf(v query.Value) int {
	if v.IsNull() {
		return unset
	}
	return int(v.Int())
}

func (f *form) touchesMoney(d *draft) bool {
	if d.Sets(f.currency) {
		return true
	}
	for _, m := range f.money {
		if d.Sets(m.value) {
			return true
		}
	}
	return false
}

// price gives a row with money its currency, by default the user's own, else the
// organization's; the currency's exchange rate of today; and every amount in base
// currency (Dataverse facts 6.1). A new row of a table with money columns gets a
// currency whether it holds an amount or not.
func (w *work) price(d *draft) error {
	if d.currency == nil || !d.touchesMoney(d) && !(d.Creating() && len(d.money) > 0) {
		return nil
	}
	if d.Value(d.currency).IsNull() && len(d.money) > 0 {
		if err := w.defaultCurrency(d); err != nil {
			return err
		}
	}
	if d.Value(d.currency).IsNull() {
		d.Put(d.rate, query.Null())
		return nil
	}
	k, err := w.currency(d.Value(d.currency).GUID())
	if err != nil {
		return err
	}
	d.Put(d.rate, query.Float(k.rate))
	for _, m := range d.money {
		if err := k.convert(d, m); err != nil {
			return err
		}
	}
	return nil
}

// currency is what amounts are reckoned by: how much of it is one of the base currency,
// and the decimals of prices and of its own amounts.
type currency struct {
	rate              float64
	pricing, decimals int
}

// convert rounds an amount that the write gives to the decimals that its column names
// (PrecisionSource, Dataverse facts 6.1), and puts its value in base currency beside it.
func (k currency) convert(d *draft, m amount) error {
	v := d.Value(m.value)
	if v.IsNull() {
		d.Put(m.base, query.Null())
		return nil
	}
	n := v.Int()
	if d.Sets(m.value) {
		n = cell.RoundMoney(n, k.decimalsFor(m.value))
		if n != v.Int() {
			d.Put(m.value, query.Int(n))
		}
	}
	base := cell.InBase(n, k.rate, m.base.Precision)
	low, high := cell.Limits(m.base, cell.WidestMoney)
	switch in := float64(base) / cell.MoneyUnit; {
	case in < low:
		return dverr.BaseCurrencyUnderflow.With(m.value.LogicalName, strconv.FormatFloat(low, 'f', -1, 64))
	case in > high:
		return dverr.BaseCurrencyOverflow.With(m.value.LogicalName, strconv.FormatFloat(high, 'f', -1, 64))
	}
	d.Put(m.base, query.Int(base))
	return nil
}

func (w *work) defaultCurrency(d *draft) error {
	currencies := w.Call.Model.Table("transactioncurrency")
	if own := w.Call.Caller.Effective.Currency; !own.IsZero() {
		d.Link(d.currency, currencies, own)
		return nil
	}
	o, err := w.org()
	if err == nil && o != nil {
		d.Link(d.currency, currencies, o.baseCurrency)
	}
	return err
}

func (k currency) decimalsFor(c *meta.Column) int {
	decimals := unset
	switch c.PrecisionSource {
	case meta.PrecisionOfPrices:
		decimals = k.pricing
	case meta.PrecisionOfCurrency:
		decimals = k.decimals
	}
	if decimals == unset {
		return c.Precision
	}
	return decimals
}

// currency finds a currency. That of the organization is its own measure.
func (w *work) currency(id meta.ID) (currency, error) {
	o, err := w.org()
	if err != nil {
		return currency{}, err
	}
	k := currency{rate: 1, pricing: unset, decimals: unset}
	if o != nil {
		if k.pricing, k.decimals = o.pricing, o.base; o.baseCurrency == id {
			return k, nil
		}
	}
	t := w.Call.Model.Table("transactioncurrency")
	rate, decimals := t.Column("exchangerate"), t.Column("currencyprecision")
	r, err := w.Look("exchange rate", op.Key{Table: t, ID: id}, rate, decimals)
	if err != nil {
		return k, err
	}
	if r == nil {
		return k, dverr.ObjectDoesNotExist.With(t.LogicalName, id)
	}
	k.rate, k.decimals = r.Value(rate).Float(), decimalsOf(r.Value(decimals))
	return k, nil
}
