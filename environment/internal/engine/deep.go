package engine

import (
	"slices"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/rows"
)

// createDeep makes a row with those related to it (Dataverse facts 5.6): first the rows
// that its lookups are to name, then the row, then the rows that name it. Each is made
// by the rules, and with the rights, of a create of its own. values are those of o with
// the rows that they name found.
func (w *work) createDeep(o *op.Create, values []op.Assignment) (Result, error) {
	values = slices.Clone(values) // a retried transaction comes here again
	for _, rel := range o.Related {
		if !rel.Nav.Single {
			continue
		}
		made, err := w.create(rel.New)
		if err != nil {
			return Result{}, err
		}
		values = append(values, op.Assignment{Column: rel.Nav.From, Value: query.GUID(made.Key.ID), Target: made.Key.Table})
	}
	r, err := w.insert(&op.Create{Table: o.Table, ID: o.ID, Values: values, Unique: o.Unique}, nil)
	if err != nil {
		return Result{}, err
	}
	parties, others := apart(o.Related)
	for _, rel := range others {
		if rel.Nav.Single {
			continue
		}
		if err := w.include(r.Key, rel); err != nil {
			return Result{}, err
		}
	}
	if len(parties) > 0 {
		if err := w.addParties(r.Key, parties); err != nil {
			return Result{}, err
		}
	}
	return w.represent(r, o.Return)
}

// include makes a row of a collection, or takes one into it.
func (w *work) include(key op.Key, rel op.Related) error {
	if rel.Nav.Near != nil {
		return rows.Open(rel.Nav.Relationship.Intersect, false, "create")
	}
	link := op.Assignment{Column: rel.Nav.To, Value: query.GUID(key.ID), Target: key.Table}
	if rel.New == nil {
		_, err := w.update(&op.Update{Key: rel.Key, Values: []op.Assignment{link}, Mode: op.UpdateOnly})
		return err
	}
	child := *rel.New
	child.Values = append(without(child.Values, link.Column), link)
	_, err := w.create(&child)
	return err
}

// without gives the values but for those of a column, in a slice of their own.
func without(values []op.Assignment, c *meta.Column) []op.Assignment {
	return slices.DeleteFunc(slices.Clone(values), func(a op.Assignment) bool { return a.Column == c })
}
