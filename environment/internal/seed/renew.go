package seed

import (
	"context"
	"fmt"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/store"
)

// Renew gives an environment seeded before what the catalogue has learned since: the
// privileges of tables added later, and to the service's own roles what they hold of
// them. Roles that an organization made get nothing, and a privilege that was there
// and that somebody took from a role stays away; only System Administrator, which
// nobody can edit, gets whatever it lacks (Dataverse facts 3.3). It writes nothing
// where nothing is missing. Added is how many privileges were new.
func Renew(ctx context.Context, st *store.Store, m *meta.Model, s Spec) (added int, err error) {
	w, err := newWorld(m, Spec{Organization: s.Organization, Name: s.Name, Now: s.Now})
	if err != nil {
		return 0, err
	}
	var was standing
	if err := st.Read(ctx, func(tx *store.Tx) (err error) {
		was, err = readStanding(ctx, tx, m)
		return err
	}); err != nil {
		return 0, err
	}
	added = w.planRenewal(was)
	if len(w.rows.rows) == 0 && w.rows.err == nil {
		return 0, nil
	}
	return added, st.Write(ctx, func(tx *store.Tx) error { return w.rows.write(ctx, tx) })
}

// planRenewal plans what is missing, and counts the new privileges.
func (w *world) planRenewal(was standing) (added int) {
	for _, p := range w.model.Privileges {
		if !was.known[p.ID] {
			w.planPrivilege(p)
			added++
		}
	}
	for _, r := range w.roles {
		root, there := was.roots[r.template]
		if !there {
			continue
		}
		for _, h := range r.holds {
			lacks := !was.held[grant{root, h.privilege.ID}]
			if lacks && (r.everything || !was.known[h.privilege.ID]) {
				w.planHeld(r, root, h)
			}
		}
	}
	return added
}

// standing is what an environment knows of privileges. Roots are the service's roles at
// the root unit, where privileges are kept, by their templates.
type standing struct {
	known map[meta.ID]bool
	roots map[meta.ID]meta.ID
	held  map[grant]bool
}

// grant is a privilege that a role holds.
type grant struct{ role, privilege meta.ID }

func readStanding(ctx context.Context, tx *store.Tx, m *meta.Model) (was standing, err error) {
	was = standing{known: map[meta.ID]bool{}, roots: map[meta.ID]meta.ID{}, held: map[grant]bool{}}
	err = eachIDs(ctx, tx, m.Table("privilege"), nil, func(id []meta.ID) { was.known[id[0]] = true }, "privilegeid")
	if err != nil {
		return was, err
	}
	var roots []query.Value
	err = eachIDs(ctx, tx, m.Table("role"), isRoot, func(id []meta.ID) {
		was.roots[id[1]] = id[0]
		roots = append(roots, query.GUID(id[0]))
	}, "roleid", "roletemplateid")
	if err != nil {
		return was, err
	}
	ofRoots := func(s *query.Select) query.Expr {
		return query.In{Col: query.Col{Of: s, C: s.Table.Column("roleid")}, Values: roots}
	}
	err = eachIDs(ctx, tx, m.Table("roleprivileges"), ofRoots, func(id []meta.ID) { was.held[grant{id[0], id[1]}] = true }, "roleid", "privilegeid")
	return was, err
}

// isRoot holds for roles made from templates, where they were made.
func isRoot(s *query.Select) query.Expr {
	col := func(name string) query.Col { return query.Col{Of: s, C: s.Table.Column(name)} }
	id := col("roleid")
	return query.And{Members: []query.Expr{
		query.Not{Member: query.IsNull{Col: col("roletemplateid")}},
		query.Compare{Col: col("parentrootroleid"), Op: query.Equal, Other: &id},
	}}
}

// eachIDs hands columns of ids of every row for which where holds to take; nil is all.
func eachIDs(ctx context.Context, tx *store.Tx, t *meta.Table, where func(*query.Select) query.Expr, take func([]meta.ID), columns ...string) error {
	s := &query.Select{Table: t}
	for _, c := range columns {
		s.Columns = append(s.Columns, query.Output{Col: query.Col{Of: s, C: t.Column(c)}})
	}
	s.Order = []query.Order{{Col: query.Col{Of: s, C: t.PrimaryID}}}
	if where != nil {
		s.Where = where(s)
	}
	page, err := tx.Page(ctx, access.System("see which privileges an environment knows", s))
	if err != nil {
		return fmt.Errorf("read %s: %w", t.LogicalName, err)
	}
	ids := make([]meta.ID, len(columns))
	for row, err := range page.Rows {
		if err != nil {
			return fmt.Errorf("read %s: %w", t.LogicalName, err)
		}
		for i, f := range page.Shape.Fields[:len(columns)] {
			ids[i] = meta.ID{}
			copy(ids[i][:], row.Bytes(f.Value))
		}
		take(ids)
	}
	return nil
}
