package steadtest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/stead-s2s/stead/dataverse"
)

// planter puts one seed into one environment.
type planter struct {
	w    *World
	c    *dataverse.Client
	seed *Seed
	root string // id of the business unit that has no parent
}

// plant makes everything that a seed asks for, in order.
func (w *World) plant(ctx context.Context, s *Seed) error {
	if err := s.check(); err != nil {
		return err
	}
	if len(s.items()) == 0 {
		return nil
	}
	name := s.Environment
	if name == "" {
		name = w.Environments[0].Name
	}
	e, found := w.Environment(name)
	if !found {
		return fmt.Errorf("environment %q is not served", name)
	}
	p := &planter{w: w, c: w.kit(e.URL), seed: s}
	root, err := p.find(ctx, "businessunits", "businessunitid", "_parentbusinessunitid_value eq null")
	if err != nil {
		return err
	}
	p.root = root
	for _, step := range []func(context.Context) error{p.units, p.roles, p.apps, p.people, p.rows} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (p *planter) units(ctx context.Context) error {
	for _, u := range p.seed.Units {
		parent, err := p.unit(ctx, u.Parent)
		if err == nil {
			_, err = p.create(ctx, p.c, "businessunits", map[string]any{"name": u.Name, "parentbusinessunitid@odata.bind": ref("businessunits", parent)})
		}
		if err != nil {
			return u.at.wrap(fmt.Errorf("unit %s: %w", u.Name, err))
		}
	}
	return nil
}

func (p *planter) roles(ctx context.Context) error {
	for _, r := range p.seed.Roles {
		if err := p.role(ctx, r); err != nil {
			return r.at.wrap(fmt.Errorf("role %s: %w", r.Name, err))
		}
	}
	return nil
}

func (p *planter) role(ctx context.Context, r SeedRole) error {
	type privilege struct{ PrivilegeId, Depth string }
	var hold []privilege
	for _, name := range slices.Sorted(maps.Keys(r.Privileges)) {
		id, err := p.find(ctx, "privileges", "privilegeid", "name eq "+quote(name))
		if err != nil {
			return fmt.Errorf("privilege %s: %w", name, err)
		}
		hold = append(hold, privilege{id, r.Privileges[name]})
	}
	id, err := p.create(ctx, p.c, "roles", map[string]any{"name": r.Name, "businessunitid@odata.bind": ref("businessunits", p.root)})
	if err != nil || len(hold) == 0 {
		return err
	}
	return p.c.Do(ctx, http.MethodPost, "roles("+id+")/Microsoft.Dynamics.CRM.AddPrivilegesRole", map[string]any{"Privileges": hold}, nil, nil)
}

func (p *planter) apps(ctx context.Context) error {
	for _, a := range p.seed.Apps {
		if err := p.app(ctx, a); err != nil {
			return a.at.wrap(fmt.Errorf("application %s: %w", a.Name, err))
		}
	}
	return nil
}

func (p *planter) app(ctx context.Context, a SeedApp) error {
	known, found := p.w.App(a.Name)
	if !found {
		made, err := p.w.register(ctx, a.Name)
		if err != nil {
			return err
		}
		known = made
	}
	user, err := p.find(ctx, "systemusers", "systemuserid", "applicationid eq "+known.ClientID)
	if errors.Is(err, errNone) {
		var unit string
		if unit, err = p.unit(ctx, a.Unit); err == nil {
			user, err = p.create(ctx, p.c, "systemusers", map[string]any{"applicationid": known.ClientID, "businessunitid@odata.bind": ref("businessunits", unit)})
		}
	}
	if err != nil {
		return err
	}
	return p.assign(ctx, user, a.Roles)
}

func (p *planter) people(ctx context.Context) error {
	for _, one := range p.seed.People {
		if err := p.person(ctx, one); err != nil {
			return one.at.wrap(fmt.Errorf("person %s: %w", one.Name, err))
		}
	}
	return nil
}

func (p *planter) person(ctx context.Context, one SeedPerson) error {
	known, err := p.w.person(one.Name)
	if err != nil && one.New {
		return errors.New("new people are there when a world starts: seed them in Options")
	}
	if err != nil {
		return err
	}
	user, err := p.find(ctx, "systemusers", "systemuserid", "azureactivedirectoryobjectid eq "+known.ObjectID)
	if err == nil && one.Unit != "" {
		var unit string
		if unit, err = p.unit(ctx, one.Unit); err == nil {
			err = p.c.Do(ctx, http.MethodPatch, ref("systemusers", user), map[string]any{"businessunitid@odata.bind": ref("businessunits", unit)}, nil, nil)
		}
	}
	if err != nil {
		return err
	}
	return p.assign(ctx, user, one.Roles)
}

// assign gives a user roles: of each the copy of the user's own business unit. One that the
// user has already stays.
func (p *planter) assign(ctx context.Context, user string, roles []string) error {
	if len(roles) == 0 {
		return nil
	}
	unit, err := p.find(ctx, "systemusers", "_businessunitid_value", "systemuserid eq "+user)
	if err != nil {
		return err
	}
	for _, name := range roles {
		if err := p.give(ctx, user, name, unit); err != nil {
			return fmt.Errorf("role %s: %w", name, err)
		}
	}
	return nil
}

func (p *planter) give(ctx context.Context, user, name, unit string) error {
	role, err := p.find(ctx, "roles", "roleid", "name eq "+quote(name)+" and _businessunitid_value eq "+unit)
	if err != nil {
		return err
	}
	err = p.c.Do(ctx, http.MethodPost, ref("systemusers", user)+"/systemuserroles_association/$ref", map[string]any{"@odata.id": p.c.URL() + "/api/data/v9.2/" + ref("roles", role)}, nil, nil)

	if held(err) {
		return nil
	}
	return err
}

// held tells that the user has the role already.
func held(err error) bool {
	var e *dataverse.Error
	return errors.As(err, &e) && e.Code == "0x80040237"
}

// unit gives the id of a business unit by name, of the root for none.
func (p *planter) unit(ctx context.Context, name string) (string, error) {
	if name == "" {
		return p.root, nil
	}
	id, err := p.find(ctx, "businessunits", "businessunitid", "name eq "+quote(name))
	if err != nil {
		return "", fmt.Errorf("unit %s: %w", name, err)
	}
	return id, nil
}

func (p *planter) rows(ctx context.Context) error {
	for _, r := range p.seed.Rows {
		if err := p.row(ctx, r); err != nil {
			return r.at.wrap(fmt.Errorf("%s: %w", strings.TrimSpace(r.Table+" "+r.As), err))
		}
	}
	return nil
}

func (p *planter) row(ctx context.Context, r SeedRow) error {
	c := p.c
	if r.By != "" {
		known, err := p.w.person(r.By)
		if err != nil {
			return err
		}
		c = c.As(dataverse.EntraObjectID(dataverse.MustID(known.ObjectID)))
	}
	values, err := p.w.resolve(r.Values)
	if err != nil {
		return err
	}
	id, err := p.create(ctx, c, r.Table, values.(map[string]any))
	if err == nil && r.As != "" {
		err = p.w.call(r.As, dataverse.RefTo(r.Table, dataverse.MustID(id)))
	}
	return err
}

// call remembers what a row is called.
func (w *World) call(name string, row dataverse.Ref) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, taken := w.rows[name]; taken {
		return fmt.Errorf("another row is called %q", name)
	}
	w.rows[name] = row
	return nil
}

// resolve replaces the names of rows in references by their addresses.
func (w *World) resolve(value any) (any, error) {
	switch v := value.(type) {
	case map[string]any:
		to := map[string]any{}
		for member, inner := range v {
			resolved, err := w.resolveMember(member, inner)
			if err != nil {
				return nil, err
			}
			to[member] = resolved
		}
		return to, nil
	case []any:
		var to []any
		for _, inner := range v {
			resolved, err := w.resolve(inner)
			if err != nil {
				return nil, err
			}
			to = append(to, resolved)
		}
		return to, nil
	}
	return value, nil
}

func (w *World) resolveMember(member string, value any) (any, error) {
	name, is := value.(string)
	reference := strings.HasSuffix(member, "@odata.bind") || strings.HasSuffix(member, "@odata.id")
	if !is || !reference || !strings.HasPrefix(name, "$") {
		return w.resolve(value)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	row, found := w.rows[name[1:]]
	if !found {
		return nil, fmt.Errorf("%s: no row before is called %q", member, name[1:])
	}
	return ref(row.Set, row.ID.String()), nil
}

// create makes a row and gives its id.
func (p *planter) create(ctx context.Context, c *dataverse.Client, set string, values map[string]any) (string, error) {
	id, err := dataverse.Table[dataverse.Row](c, set).Create(ctx, values, nil)
	return id.String(), err
}

// errNone says that nothing was found.
var errNone = errors.New("there is none")

// find gives a column of the one row that a filter lets pass.
func (p *planter) find(ctx context.Context, set, column, filter string) (string, error) {
	var got struct{ Value []Row }
	if err := p.c.Do(ctx, http.MethodGet, escape(set+"?$select="+column+"&$top=2&$filter="+filter), nil, &got, nil); err != nil {
		return "", err
	}
	if len(got.Value) == 0 {
		return "", errNone
	}
	if len(got.Value) > 1 {
		return "", errors.New("there are several")
	}
	id, _ := got.Value[0][column].(string)
	return id, nil
}

// quote writes a text as OData does.
func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

// ref is the address of a row.
func ref(set, id string) string { return set + "(" + id + ")" }
