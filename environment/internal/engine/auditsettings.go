package engine

import (
	"github.com/stead-s2s/stead/environment/internal/audit"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
)

// NoteDefinitions notes what a change of definitions means for auditing: tables and columns
// that it is turned on or off for, and audited ones that are no more. Such notes are of no
// row: their object has no id.
func (w *Work) NoteDefinitions(now, next *meta.Model) error {
	o, err := w.work.org()
	if err != nil || o == nil || !o.audits {
		return err
	}
	for _, t := range now.Tables {
		if err := w.work.note(switched(t, next.Table(t.LogicalName))...); err != nil {
			return err
		}
	}
	return nil
}

// switched compares a table with what it becomes, nil for nothing.
func switched(t, next *meta.Table) (events []audit.Event) {
	add := func(a audit.Action, changes ...audit.Change) {
		events = append(events, audit.Event{Action: a, Object: op.Key{Table: t}, Changes: changes})
	}
	if next == nil {
		if t.Audited {
			add(audit.TableDeleted)
		}
		return events
	}
	if t.Audited != next.Audited {
		add(oneOf(next.Audited, audit.TableStarted, audit.TableStopped))
	}
	for _, c := range t.Columns {
		is := next.Column(c.LogicalName)
		switch {
		case is == nil && t.Audited && c.Audited:
			add(audit.ColumnDeleted, audit.Change{Column: c})
		case is != nil && is.Audited != c.Audited:
			add(oneOf(is.Audited, audit.ColumnStarted, audit.ColumnStopped), audit.Change{Column: c})
		}
	}
	return events
}

func oneOf(on bool, started, stopped audit.Action) audit.Action {
	if on {
		return started
	}
	return stopped
}
