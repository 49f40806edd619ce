package company

import (
	"slices"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/rows"
)

// tree is the business units as the transaction sees them: the rows that it wrote
// itself are among them.
type tree struct {
	parent map[meta.ID]meta.ID
	below  map[meta.ID][]meta.ID
}

func (w *work) tree() (*tree, error) {
	t := w.Call.Model.Table("businessunit")
	rows, err := w.Gather("the tree of business units", rows.Chosen(t, nil, "businessunitid", "parentbusinessunitid"))
	if err != nil {
		return nil, err
	}
	units := &tree{parent: map[meta.ID]meta.ID{}, below: map[meta.ID][]meta.ID{}}
	for _, r := range rows {
		id, parent := r.Value(t.PrimaryID).GUID(), r.Value(t.Column("parentbusinessunitid")).GUID()
		units.parent[id] = parent
		units.below[parent] = append(units.below[parent], id)
	}
	return units, nil
}

// under lists a unit's descendants, parents before children. The walk ends on rings.
func (t *tree) under(unit meta.ID) []meta.ID {
	list := []meta.ID{unit}
	for i := 0; i < len(list); i++ {
		for _, child := range t.below[list[i]] {
			if !slices.Contains(list, child) {
				list = append(list, child)
			}
		}
	}
	return list[1:]
}

// holds reports whether unit is top or lies below it.
func (t *tree) holds(top, unit meta.ID) bool {
	return unit == top || slices.Contains(t.under(top), unit)
}
