package engine

import (
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// organization is what write rules need of the one row of that table. Neither
// changes in the life of an environment.
type organization struct{ id, baseCurrency meta.ID }

// org gives the organization; nil when the environment has no such row.
func (w *work) org() (*organization, error) {
	if o := w.engine.organization.Load(); o != nil {
		return o, nil
	}
	t := w.call.Model.Table("organization")
	if t == nil {
		return nil, nil
	}
	base := t.Column("basecurrencyid")
	r, err := w.fetchOnly("the organization's base currency", t, t.PrimaryID, base)
	if err != nil || r == nil {
		return nil, err
	}
	o := &organization{id: r.value(t.PrimaryID).GUID(), baseCurrency: r.value(base).GUID()}
	w.engine.organization.Store(o)
	return o, nil
}

func (f *form) touchesMoney(d *draft) bool {
	if d.sets(f.currency) {
		return true
	}
	for _, m := range f.money {
		if d.sets(m.value) {
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
	if d.currency == nil || !d.touchesMoney(d) && !(d.creating() && len(d.money) > 0) {
		return nil
	}
	if d.value(d.currency).IsNull() && len(d.money) > 0 {
		if err := w.defaultCurrency(d); err != nil {
			return err
		}
	}
	if d.value(d.currency).IsNull() {
		d.put(d.rate, query.Null())
		return nil
	}
	rate, err := w.rateOf(d.value(d.currency).GUID())
	if err != nil {
		return err
	}
	d.put(d.rate, query.Float(rate))
	for _, m := range d.money {
		if v := d.value(m.value); v.IsNull() {
			d.put(m.base, query.Null())
		} else {
			d.put(m.base, query.Int(inBase(v.Int(), rate, m.base.Precision)))
		}
	}
	return nil
}

func (w *work) defaultCurrency(d *draft) error {
	users, currencies := w.call.Model.Table("systemuser"), w.call.Model.Table("transactioncurrency")
	me := op.Key{Table: users, ID: w.call.Caller.Effective.ID}
	own := users.Column("transactioncurrencyid")
	user, err := w.look("the user's own currency", me, own)
	if err != nil {
		return err
	}
	if v := user.value(own); !v.IsNull() {
		d.link(d.currency, currencies, v.GUID())
		return nil
	}
	o, err := w.org()
	if err == nil && o != nil {
		d.link(d.currency, currencies, o.baseCurrency)
	}
	return err
}

// rateOf gives how much of a currency is one of the base currency.
func (w *work) rateOf(currency meta.ID) (float64, error) {
	o, err := w.org()
	if err != nil {
		return 0, err
	}
	if o != nil && o.baseCurrency == currency {
		return 1, nil
	}
	t := w.call.Model.Table("transactioncurrency")
	rate := t.Column("exchangerate")
	r, err := w.look("exchange rate", op.Key{Table: t, ID: currency}, rate)
	if err != nil {
		return 0, err
	}
	if r == nil {
		return 0, dverr.ObjectDoesNotExist.With(t.LogicalName, currency)
	}
	return r.value(rate).Float(), nil
}
