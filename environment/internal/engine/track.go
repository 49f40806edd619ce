package engine

import (
	"time"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// Deletions are remembered for as many days as the organization says, and for the
// service's default where it says nothing (Dataverse facts 5.14).
const defaultRemembered = 7

// forgetEvery is how often old deletions are dropped, at most.
const forgetEvery = time.Hour

// changes answers a page of what became of a table's rows.
func (w *work) changes(o *op.Changes, answer func(Result) error) error {
	f, err := access.Follow(w.Call.Caller, o.Select.Table)
	if err != nil {
		return err
	}
	c, err := w.until(f, o)
	if err != nil {
		return err
	}
	w.between(o, c.Until)
	if o.Deleted == 0 {
		if c.Number, c.More, err = w.number(o.Select); err != nil {
			return err
		}
	}
	if o.Since != nil && !c.More {
		after := max(o.Since.Version, o.Deleted)
		if c.Deleted, c.More, err = w.DB.Deleted(f, after, c.Until.Version, o.Select.Limit-int(c.Number)); err != nil {
			return err
		}
		c.Number += int64(len(c.Deleted))
	}
	r := Result{Changed: c}
	if o.Deleted == 0 && !o.Count {
		g, err := w.granted(o.Select)
		if err != nil {
			return err
		}
		page, err := w.opened(w.DB.Page(w.Ctx, g))
		if err != nil {
			return err
		}
		r.Page = &page
	}
	return answer(r)
}

// until finds the moment up to which changes are told, and refuses to tell those since a
// moment after which deletions may have been forgotten. A moment that the table has yet to
// reach is one of another table that had its name.
func (w *work) until(f access.Followed, o *op.Changes) (*op.Changed, error) {
	last, err := w.DB.LastChange(f)
	if err != nil {
		return nil, err
	}
	forgotten, err := w.DB.Forgotten()
	if err != nil {
		return nil, err
	}
	c := &op.Changed{Until: op.Stamp{Version: max(last, forgotten), At: w.Call.Now}}
	if o.Since != nil {
		oldest, err := w.remembered()
		if err != nil {
			return nil, err
		}
		if v := o.Since.Version; v < forgotten || v > c.Until.Version || o.Since.At.Before(oldest) {
			return nil, dverr.ChangesExpired.With()
		}
	}
	if o.Until != nil {
		c.Until = *o.Until
	}
	return c, nil
}

// between limits the question to rows whose last change lies between two moments.
func (w *work) between(o *op.Changes, until op.Stamp) {
	if o.Since == nil {
		return
	}
	s := o.Select
	version := query.Col{Of: s, C: s.Table.Column("versionnumber")}
	s.Where = query.And{Members: []query.Expr{
		query.Compare{Col: version, Op: query.Greater, Value: query.Int(o.Since.Version)},
		query.Compare{Col: version, Op: query.LessOrEqual, Value: query.Int(until.Version)},
	}}
}

// number counts the rows of a page and tells whether more follow, before the page is
// begun: what its head says depends on it.
func (w *work) number(page *query.Select) (n int64, more bool, err error) {
	s := query.Clone(page)
	s.Columns = []query.Output{{Col: query.Col{Of: s, C: s.Table.PrimaryID}}}
	g, err := access.Read(w.Call.Caller, s)
	if err != nil {
		return 0, false, err
	}
	keys, err := w.DB.Page(w.Ctx, g)
	if err != nil {
		return 0, false, err
	}
	for _, err := range keys.Rows {
		if err != nil {
			return 0, false, err
		}
		n++
	}
	return n, keys.More(), nil
}

// remembered gives the time before which deletions are forgotten.
func (w *work) remembered() (time.Time, error) {
	days := int64(defaultRemembered)
	if t := w.Call.Model.Table("organization"); t != nil && t.Column("expirechangetrackingindays") != nil {
		c := t.Column("expirechangetrackingindays")
		r, err := w.FetchOnly("how long deletions are remembered", t, c)
		if err != nil {
			return time.Time{}, err
		}
		if r != nil && !r.Value(c).IsNull() {
			days = r.Value(c).Int()
		}
	}
	return w.Call.Now.AddDate(0, 0, -int(days)), nil
}

// forgetOld drops old deletions when a row goes, once in a while.
func (w *work) forgetOld(t *meta.Table) error {
	now, last := w.Call.Now.Unix(), w.engine.forgot.Load()
	if !t.ChangeTracking || now-last < int64(forgetEvery/time.Second) || !w.engine.forgot.CompareAndSwap(last, now) {
		return nil
	}
	before, err := w.remembered()
	if err != nil {
		return err
	}
	return w.DB.Forget(before)
}
