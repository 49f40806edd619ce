package seed

import (
	"context"
	"fmt"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/catalog"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/store"
)

// Fill seeds a fresh store and marks it as seeded. Generated rows are written in
// many transactions; after an interruption Fill goes on with those that are
// missing, given the same Spec.
func Fill(ctx context.Context, st *store.Store, m *meta.Model, s Spec) error {
	w, err := newWorld(m, s)
	if err != nil {
		return err
	}
	if err := w.plan(); err != nil {
		return err
	}
	err = st.Write(ctx, func(tx *store.Tx) error {
		done, err := exists(ctx, tx, m.Table("organization"), s.Organization)
		if err != nil {
			return err
		}
		if !done {
			if err := w.rows.write(ctx, tx); err != nil {
				return err
			}
		}
		if s.Rows > 0 {
			return nil
		}
		return st.MarkSeeded(tx)
	})
	if err != nil || s.Rows <= 0 {
		return err
	}
	if err := w.generate(ctx, st); err != nil {
		return err
	}
	return st.Write(ctx, st.MarkSeeded)
}

// exists reports whether a row is there already.
func exists(ctx context.Context, tx *store.Tx, t *meta.Table, id meta.ID) (bool, error) {
	sel := &query.Select{Table: t, Limit: 1}
	key := query.Col{Of: sel, C: t.PrimaryID}
	sel.Columns = []query.Output{{Col: key}}
	sel.Where = query.Compare{Col: key, Op: query.Equal, Value: query.GUID(id)}
	return tx.Exists(ctx, access.System("see how far the seed has come", sel))
}

// world is a seeding under way.
type world struct {
	spec  Spec
	model *meta.Model
	rows  *plan
	units []unit // the root first, parents before children
	roles []role
}

// unit is a business unit with its ids.
type unit struct {
	name, parent string
	id, parentID meta.ID
}

func newWorld(m *meta.Model, s Spec) (*world, error) {
	w := &world{spec: s, model: m}
	root := unit{name: s.Name, id: w.id("businessunit", "")}
	w.units = []unit{root}
	for _, u := range s.Units {
		parent, ok := w.unit(u.Parent)
		if !ok {
			return nil, fmt.Errorf("business unit %s: no unit %s before it", u.Name, u.Parent)
		}
		w.units = append(w.units, unit{name: u.Name, parent: parent.name, id: w.id("businessunit", u.Name), parentID: parent.id})
	}
	var err error
	if w.roles, err = readRoles(m); err != nil {
		return nil, err
	}
	w.rows = newPlan(m, w.stamps())
	return w, nil
}

// stamps makes the user SYSTEM the creator of everything seeded.
func (w *world) stamps() stamps {
	return stamps{by: w.id("systemuser", systemName), now: w.spec.Now.Unix()}
}

// id derives the id of a row of this organization from its name.
func (w *world) id(table, name string) meta.ID {
	return catalog.Derive(w.spec.Organization, table+"/"+name)
}

// unit finds a business unit by name; "" is the root.
func (w *world) unit(name string) (unit, bool) {
	if name == "" {
		return w.units[0], true
	}
	for _, u := range w.units {
		if u.name == name {
			return u, true
		}
	}
	return unit{}, false
}

// plan plans everything but the generated rows.
func (w *world) plan() error {
	w.planOrganization()
	w.planTimeZones()
	w.planViews()
	w.planUnits()
	w.planPrivileges()
	w.planRoles()
	w.planSystemUsers()
	for _, u := range w.spec.Users {
		if err := w.planUser(u); err != nil {
			return fmt.Errorf("user %s: %w", u.fullName(), err)
		}
	}
	if w.spec.Samples {
		w.planSamples()
	}
	return w.rows.err
}
