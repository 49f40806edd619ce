package maker

import (
	"context"
	"fmt"
	"slices"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/content"
	"github.com/stead-s2s/stead/environment/internal/custom"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/rows"
	"github.com/stead-s2s/stead/environment/internal/store"
)

// Customization is a change of definitions with what surrounds it.
type Customization struct {
	Change custom.Change // nil: only Solution changes
	// Solution is the unique name of the solution that the new component is put in, "" for
	// none; Component says what the component is there.
	Solution  string
	Component SolutionComponent
	// Gone are components that leave all solutions, or without a Change Solution alone.
	Gone []meta.ID
}

// SolutionComponent names a component as solutions do: by type and metadata id. The zero
// value is none.
type SolutionComponent struct {
	Type int64
	ID   meta.ID
}

// Extend gives the model of the catalogue and of what makers added before the environment
// was opened.
func Extend(ctx context.Context, s *store.Store) (*meta.Model, error) {
	var model *meta.Model
	err := s.Read(ctx, func(tx *store.Tx) error {
		_, m, version, err := kept(tx)
		if err == nil {
			model, err = m.Model(max(version, 1))
		}
		return err
	})
	return model, err
}

func kept(tx *store.Tx) ([]custom.Component, *custom.Set, int64, error) {
	version, rows, err := tx.Components()
	if err != nil {
		return nil, nil, 0, err
	}
	all := make([]custom.Component, len(rows))
	for i, r := range rows {
		all[i] = custom.Component(r)
	}
	set, err := custom.Load(all)
	return all, set, version, err
}

// Customize changes definitions: tables, rows that describe them, privileges and the
// definitions themselves are one transaction, and the new model is there for all
// requests that begin after it. Changes wait for each other.
func (b *Bench) Customize(ctx context.Context, call engine.Call, c Customization) (custom.Made, error) {
	if c.Change != nil {
		for _, name := range c.Change.Needs() {
			if err := access.Hold(call.Caller, call.Model.Privilege(name)); err != nil {
				return custom.Made{}, err
			}
		}
	}
	b.customizing.Lock()
	defer b.customizing.Unlock()
	var made custom.Made
	var next *meta.Model
	err := b.engine.Transact(ctx, call, func(w *engine.Work) (err error) {
		m := &making{Work: w, now: b.models.Current()}
		m.Call.Model = m.now
		next, made, err = m.run(c)
		return err
	})
	if err == nil && next != nil {
		b.models.Publish(next)
	}
	return made, err
}

// making is a change of definitions in its transaction.
type making struct {
	*engine.Work
	now *meta.Model
}

// run changes definitions, when there is a change, and then what solutions list.
func (m *making) run(c Customization) (next *meta.Model, made custom.Made, err error) {
	solution, err := m.solution(c.Solution)
	if err != nil {
		return nil, made, err
	}
	if c.Change != nil {
		if next, made, err = m.change(c.Change, solution); err != nil {
			return nil, made, err
		}
	}
	if err := m.delist(c, solution); err != nil {
		return nil, made, err
	}
	made.Component, err = m.enlist(solution, c.Component)
	return next, made, err
}

// change carries out one change of definitions and gives the model after it.
func (m *making) change(c custom.Change, solution solutionRow) (*meta.Model, custom.Made, error) {
	before, set, _, err := kept(m.DB)
	if err != nil {
		return nil, custom.Made{}, err
	}
	ground, err := m.ground(solution)
	if err != nil {
		return nil, custom.Made{}, err
	}
	set, made, err := custom.Apply(set, ground, c)
	if err != nil {
		return nil, made, err
	}
	next, err := set.Model(m.now.Version + 1)
	if err != nil {
		return nil, made, fmt.Errorf("model after %T: %w", c, err)
	}
	if err := m.shedColumns(next); err != nil {
		return nil, made, err
	}
	if err := m.forget(next); err != nil {
		return nil, made, err
	}
	if err := m.DB.Reshape(m.now, next); err != nil {
		return nil, made, err
	}
	if err := m.keep(next.Version, before, set.Components()); err != nil {
		return nil, made, err
	}
	if err := m.NoteDefinitions(m.now, next); err != nil {
		return nil, made, err
	}
	return next, made, m.privileges(next)
}

func (m *making) keep(version int64, before, after []custom.Component) error {
	keeps, drops := custom.Difference(before, after)
	return m.DB.KeepComponents(version, components(keeps), components(drops))
}

func components(list []custom.Component) []store.Component {
	all := make([]store.Component, len(list))
	for i, c := range list {
		all[i] = store.Component(c)
	}
	return all
}

// solutionRow is a solution with the option value prefix of its publisher.
type solutionRow struct {
	id, publisher meta.ID
}

func (m *making) solution(unique string) (solutionRow, error) {
	if unique == "" {
		return solutionRow{}, nil
	}
	t := m.now.Table("solution")
	s := &query.Select{Table: t}
	s.Where = rows.Is(s, t.Column("uniquename"), query.Text(unique))
	found, err := m.rowsOf(s, t.PrimaryID, t.Column("publisherid"))
	if err != nil || len(found) == 0 {
		if err == nil {
			err = dverr.ObjectDoesNotExist.Text("Could not find a solution with unique name %s.", unique)
		}
		return solutionRow{}, err
	}
	return solutionRow{found[0][0].GUID(), found[0][1].GUID()}, nil
}

// ground reads what changes are judged by: the publishers' prefixes, and the option
// prefix of the solution's publisher or of the first one.
func (m *making) ground(of solutionRow) (custom.Ground, error) {
	t := m.now.Table("publisher")
	rows, err := m.rowsOf(&query.Select{Table: t}, t.PrimaryID, t.Column("customizationprefix"), t.Column("customizationoptionvalueprefix"))
	if err != nil {
		return custom.Ground{}, err
	}
	g := custom.Ground{Model: m.now, OptionPrefix: 10000, Repeats: m.DB.Repeats}
	for _, r := range rows {
		g.Prefixes = append(g.Prefixes, r[1].Text())
		if !of.id.IsZero() && r[0].GUID() == of.publisher {
			g.OptionPrefix = r[2].Int()
		}
	}
	return g, nil
}

// rowsOf reads columns of the rows of a question on the environment's own behalf.
func (m *making) rowsOf(s *query.Select, columns ...*meta.Column) ([][]query.Value, error) {
	for _, c := range columns {
		s.Columns = append(s.Columns, query.Output{Col: query.Col{Of: s, C: c}})
	}
	s.Order = []query.Order{{Col: query.Col{Of: s, C: s.Table.PrimaryID}}}
	page, err := m.DB.Page(m.Ctx, access.System("what a change of definitions is judged by", s))
	if err != nil {
		return nil, err
	}
	var all [][]query.Value
	for row, err := range page.Rows {
		if err != nil {
			return nil, err
		}
		one := make([]query.Value, len(columns))
		for i := range columns {
			one[i] = rows.Cell(row, page.Shape.Fields[i].Value, columns[i].Storage())
		}
		all = append(all, one)
	}
	return all, nil
}

// privileges gives new tables' to the two roles that hold all of them, and takes those of
// tables that are gone from every role.
func (m *making) privileges(next *meta.Model) error {
	roles, err := m.masters()
	if err != nil {
		return err
	}
	for _, p := range next.Privileges {
		if m.now.PrivilegeByID(p.ID) != nil {
			continue
		}
		if err := m.addPrivilege(next, p, roles); err != nil {
			return err
		}
	}
	var gone []meta.ID
	for _, p := range m.now.Privileges {
		if next.PrivilegeByID(p.ID) == nil {
			gone = append(gone, p.ID)
		}
	}
	if len(gone) == 0 {
		return nil
	}
	held, all := m.now.Table("roleprivileges"), m.now.Table("privilege")
	const reason = "the privileges of a table that is gone"
	if err := m.Erase(reason, held, held.Column("privilegeid"), gone); err != nil {
		return err
	}
	return m.Erase(reason, all, all.PrimaryID, gone)
}

// masters finds the roles that hold every privilege of a new table, the administrators'
// and the customizers', at the root, where privileges are kept (Dataverse facts 3.3).
func (m *making) masters() ([]meta.ID, error) {
	t := m.now.Table("role")
	rows, err := m.rowsOf(&query.Select{Table: t}, t.PrimaryID, t.Column("parentrootroleid"), t.Column("roletemplateid"))
	if err != nil {
		return nil, err
	}
	var roots []meta.ID
	for _, r := range rows {
		template := r[2].GUID()
		if r[0].GUID() == r[1].GUID() && (template == meta.MustID(access.SystemAdministratorRole) || template == meta.MustID(access.SystemCustomizerRole)) {
			roots = append(roots, r[0].GUID())
		}
	}
	return roots, nil
}

func (m *making) addPrivilege(next *meta.Model, p *meta.Privilege, roles []meta.ID) error {
	t := next.Table("privilege")
	err := m.describe(t, p.ID, map[string]query.Value{
		"name": query.Text(p.Name), "accessright": query.Int(p.Right.Mask()),
		"canbebasic": query.Bool(p.Basic), "canbelocal": query.Bool(p.Local), "canbedeep": query.Bool(p.Deep), "canbeglobal": query.Bool(p.Global),
		"canbeentityreference": query.Bool(false), "canbeparententityreference": query.Bool(false), "introducedversion": query.Text("1.0.0.0"),
	})
	held := next.Table("roleprivileges")
	for _, role := range roles {
		if err == nil {
			err = m.describe(held, m.NewID(), map[string]query.Value{
				"roleid": query.GUID(role), "privilegeid": query.GUID(p.ID), "privilegedepthmask": query.Int(widest(p)),
				"roleprivilegeidunique": query.GUID(m.NewID()), "ismanaged": query.Bool(false),
			})
		}
	}
	return err
}

// widest is the mask of the greatest depth at which a role may hold a privilege.
func widest(p *meta.Privilege) int64 {
	for i, can := range []bool{p.Global, p.Deep, p.Local} {
		if can {
			return 8 >> i
		}
	}
	return 1
}

// describe adds a row that tells of definitions.
func (m *making) describe(t *meta.Table, id meta.ID, values map[string]query.Value) error {
	set := []op.Assignment{{Column: t.PrimaryID, Value: query.GUID(id)}}
	for _, c := range t.Columns {
		v, given := values[c.LogicalName]
		switch {
		case given:
			a := op.Assignment{Column: c, Value: v}
			if len(c.Targets) > 0 {
				a.Target = c.Targets[0]
			}
			set = append(set, a)
		case c.LogicalName == "versionnumber":
			next, err := m.DB.NextVersion()
			if err != nil {
				return err
			}
			set = append(set, op.Assignment{Column: c, Value: query.Int(next)})
		default:
			if at := slices.IndexFunc(c.Options, func(o meta.Option) bool { return o.Default }); at >= 0 {
				set = append(set, op.Assignment{Column: c, Value: query.Int(c.Options[at].Value)})
			}
		}
	}
	return m.DB.Send(m.Ctx, access.SystemChange("rows that tell of definitions", access.Parts{Kind: access.Insert, Table: t, Set: set}))
}

// forget removes what other tables keep of a table that goes: notes and activities that
// regard its rows, and shares of them.
func (m *making) forget(next *meta.Model) error {
	for _, t := range m.now.Tables {
		if next.Table(t.LogicalName) != nil {
			continue
		}
		for _, r := range t.OneToMany {
			if c := r.ReferencingColumn; next.Table(r.Referencing.LogicalName) != nil && c.TypeColumn != nil {
				if err := m.sweep(r.Referencing, c.TypeColumn, query.Int(t.TypeCode)); err != nil {
					return err
				}
			}
		}
		if shares := m.now.Table("principalobjectaccess"); shares != nil {
			if err := m.sweep(shares, shares.Column("objecttypecode"), query.Text(t.LogicalName)); err != nil {
				return err
			}
		}
	}
	return nil
}

// shedColumns drops what columns hold that go, with their table or alone.
func (m *making) shedColumns(next *meta.Model) error {
	held := m.now.Table(meta.AttachmentTable)
	for _, t := range m.now.Tables {
		for _, c := range t.Columns {
			if stays := next.Table(t.LogicalName); content.Holder(c) == nil || stays != nil && stays.Column(c.LogicalName) != nil {
				continue
			}
			s := &query.Select{Table: held}
			s.Where = query.And{Members: []query.Expr{
				rows.Is(s, held.Column("objecttypecode"), query.Text(t.LogicalName)), rows.Is(s, held.Column("regardingfieldname"), query.Text(c.LogicalName)),
			}}
			rows, err := m.rowsOf(s, held.PrimaryID)
			if err != nil {
				return err
			}
			for _, r := range rows {
				if err := m.Contents().Forget(r[0].GUID()); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (m *making) sweep(t *meta.Table, c *meta.Column, v query.Value) error {
	if c.Storage() == meta.Int && v.Storage() != meta.Int {
		return nil
	}
	if err := m.Contents().ShedWhere(t, func(s *query.Select) query.Expr { return rows.Is(s, c, v) }); err != nil {
		return err
	}
	s := &query.Select{Table: t}
	return m.DB.Send(m.Ctx, access.SystemChange("rows that regard a table that is gone", access.Parts{
		Kind: access.Remove, From: s, Table: t, Where: rows.Is(s, c, v),
	}))
}

// lastDefinition is the last type of components that are definitions (an alternate key);
// those above are rows.
const lastDefinition = 14

// enlist puts a component into a solution, once, and gives the row that says so.
func (m *making) enlist(in solutionRow, c SolutionComponent) (meta.ID, error) {
	if in.id.IsZero() || c.ID.IsZero() {
		return meta.ID{}, nil
	}
	t := m.now.Table("solutioncomponent")
	s := &query.Select{Table: t}
	s.Where = query.And{Members: []query.Expr{rows.Is(s, t.Column("solutionid"), query.GUID(in.id)), rows.Is(s, t.Column("objectid"), query.GUID(c.ID))}}
	if there, err := m.rowsOf(s, t.PrimaryID); err != nil || len(there) > 0 {
		if err != nil {
			return meta.ID{}, err
		}
		return there[0][0].GUID(), nil
	}
	id := m.NewID()
	return id, m.describe(t, id, map[string]query.Value{
		"solutionid": query.GUID(in.id), "objectid": query.GUID(c.ID), "componenttype": query.Int(c.Type),
		"rootcomponentbehavior": query.Int(0), "ismetadata": query.Bool(c.Type <= lastDefinition),
	})
}

// delist takes components out of solutions.
func (m *making) delist(c Customization, from solutionRow) error {
	t := m.now.Table("solutioncomponent")
	for part := range slices.Chunk(c.Gone, rows.Chunk) {
		s := &query.Select{Table: t}
		where := query.And{Members: []query.Expr{query.In{Col: query.Col{Of: s, C: t.Column("objectid")}, Values: rows.GUIDs(part)}}}
		if c.Change == nil {
			where.Members = append(where.Members, rows.Is(s, t.Column("solutionid"), query.GUID(from.id)))
		}
		err := m.DB.Send(m.Ctx, access.SystemChange("components that leave solutions", access.Parts{Kind: access.Remove, From: s, Table: t, Where: where}))
		if err != nil {
			return err
		}
	}
	return nil
}
