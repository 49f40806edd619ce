package audit

import (
	"slices"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// Columns are those of a table whose changes are kept.
func Columns(t *meta.Table) (all []*meta.Column) {
	for _, c := range t.Columns {
		if c.Audited {
			all = append(all, c)
		}
	}
	return all
}

// Changes compares what a write sets with what the row held. held gives the latter; nil
// for a new row. What stays what it is, and columns that are not kept, are left out.
func Changes(set []op.Assignment, held func(*meta.Column) Value) (all []Change) {
	for _, a := range set {
		if !a.Column.Audited {
			continue
		}
		c := Change{Column: a.Column, New: Value{a.Value, a.Target}}
		if held != nil {
			c.Old = held(a.Column)
		}
		if c.Old.Value != c.New.Value {
			all = append(all, c)
		}
	}
	slices.SortFunc(all, func(a, b Change) int { return a.Column.Ordinal - b.Column.Ordinal })
	return all
}

// Gone is what a row held that is no more.
func Gone(t *meta.Table, held func(*meta.Column) Value) (all []Change) {
	for _, c := range Columns(t) {
		if v := held(c); !v.IsNull() {
			all = append(all, Change{Column: c, Old: v})
		}
	}
	return all
}

// Updates gives the events of an update: a new owner is an assignment of its own and a new
// state one of its own, as they were messages of their own once (audit.action). A status
// reason that changes within its state is a column like others.
func Updates(object op.Key, changes []Change) (all []Event) {
	moves := slices.ContainsFunc(changes, func(c Change) bool { return c.Column.Kind == meta.State })
	of := map[Action][]Change{}
	for _, c := range changes {
		a := Update
		switch k := c.Column.Kind; {
		case k == meta.Owner:
			a = Assign
		case k == meta.State || k == meta.Status && moves:
			a = SetState
		}
		of[a] = append(of[a], c)
	}
	for _, a := range []Action{Update, Assign, SetState} {
		if len(of[a]) > 0 {
			all = append(all, Event{Action: a, Object: object, Changes: of[a]})
		}
	}
	return all
}

// Sharings gives the event of a share that changes.
func Sharings(object op.Key, s Sharing) Event {
	e := Event{Action: ModifyShare, Object: object, Sharing: &s}
	switch {
	case s.Had == 0:
		e.Action = Share
	case s.Has == 0:
		e.Action = Unshare
	}
	return e
}

// Switches gives the event of a change of the organization: auditing itself that starts
// or stops, or another setting.
func Switches(organization op.Key, changes []Change) Event {
	e := Event{Action: OrgChanged, Object: organization, Changes: changes}
	for _, c := range changes {
		if c.Column.LogicalName == "isauditenabled" {
			e.Action = Stopped
			if c.New.Value == query.Bool(true) {
				e.Action = Started
			}
		}
	}
	return e
}
