package graph

import (
	"net/http"
	"slices"
	"strings"

	"github.com/stead-s2s/stead/authority/internal/directory"
)

// object is what objects of all kinds have in common: collections of several kinds can be
// asked for no more.
type object struct {
	ID              string `json:"id"`
	DeletedDateTime stamp  `json:"deletedDateTime"`
	DisplayName     text   `json:"displayName"`
}

var objectShape = shapeOf[object]("microsoft.graph.directoryObject", "directoryObjects")

// find is an object of the tenant, of any kind.
func (c *call) find(id directory.ID) (item, bool) {
	if u, found := c.directory.UserByID(id); found && u.TenantID == c.tenant.ID {
		return c.userItem(u), true
	}
	if p, found := c.directory.PrincipalByID(id); found && p.TenantID == c.tenant.ID {
		return c.principalItem(p), true
	}
	if g, found := c.directory.Group(id); found && g.TenantID == c.tenant.ID {
		return c.groupItem(g), true
	}
	if a, found := c.directory.ApplicationByID(id); found && a.TenantID == c.tenant.ID {
		return c.applicationItem(a), true
	}
	return item{}, false
}

// items are the objects with these ids that are still there.
func (c *call) items(ids []directory.ID) []item {
	var items []item
	for _, id := range ids {
		if i, found := c.find(id); found {
			items = append(items, i)
		}
	}
	return items
}

// castTo keeps the objects of the kind that the path names at a place, if it names one.
func (c *call) castTo(at int, ids []directory.ID) []item {
	items := c.items(ids)
	if at >= len(c.ids) {
		return items
	}
	return ofKind(items, c.ids[at])
}

// ofKind keeps the objects of a kind, "microsoft.graph.user" or "graph.user".
func ofKind(items []item, kind string) []item {
	want := kindName(kind)
	return slices.DeleteFunc(items, func(i item) bool { return !strings.EqualFold(i.shape.name, want) })
}

// kindName is the whole name of a kind: paths may have it without the first word.
func kindName(segment string) string {
	segment = strings.TrimPrefix(segment, "#")
	if strings.HasPrefix(strings.ToLower(segment), "graph.") {
		return "microsoft." + segment
	}
	return segment
}

// cast is an answer with the objects only of the kind that ends the path.
func cast(all func(*call) (answer, error)) func(*call) (answer, error) {
	return func(c *call) (answer, error) {
		last := len(c.ids) - 1
		c.kind, c.ids = c.ids[last], c.ids[:last]
		return all(c)
	}
}

// objects answers with a collection of objects of several kinds. A member that is not of
// every kind may be selected.
func (c *call) objects(items []item) (answer, error) {
	c.mixed = true
	o := c.options
	if c.kind != "" {
		items = ofKind(items, c.kind)
	}
	if o.filter != nil || len(o.search) > 0 {
		for _, i := range items {
			if err := (matcher{shape: i.shape}).check(o.filter, nil); err != nil {
				return answer{}, err
			}
		}
		items = slices.DeleteFunc(items, func(i item) bool {
			m := matcher{shape: i.shape, filter: o.filter}
			return !m.matches(i.view) || !m.searched(i.view, o.search)
		})
	}
	slices.SortFunc(items, func(a, b item) int { return strings.Compare(a.id, b.id) })
	c.options.order = nil
	return c.page(objectShape, items, func(item) []string { return nil })
}

// owned are the owners of an object, and how they are changed.
type owned struct {
	profile *directory.Profile
	put     func()
}

// ownedBy finds the object that a path names and the caller may change.
type ownedBy func(*call) (owned, error)

func applicationOwned(c *call) (owned, error) {
	a, err := c.ownApplication()
	return owned{&a.Profile, func() { c.putApplication(a) }}, err
}

func principalOwned(c *call) (owned, error) {
	p, err := c.ownPrincipal()
	if err != nil {
		return owned{}, err
	}
	return owned{&p.Profile, func() { c.putPrincipal(p) }}, nil
}

func groupOwned(c *call) (owned, error) {
	g, err := c.ownGroup()
	return owned{&g.Profile, func() { c.putGroup(g) }}, err
}

func (c *call) addApplicationOwner() (answer, error)    { return c.addOwner(applicationOwned) }
func (c *call) removeApplicationOwner() (answer, error) { return c.removeOwner(applicationOwned) }
func (c *call) addPrincipalOwner() (answer, error)      { return c.addOwner(principalOwned) }
func (c *call) removePrincipalOwner() (answer, error)   { return c.removeOwner(principalOwned) }
func (c *call) addGroupOwner() (answer, error)          { return c.addOwner(groupOwned) }
func (c *call) removeGroupOwner() (answer, error)       { return c.removeOwner(groupOwned) }

func (c *call) addOwner(of ownedBy) (answer, error) {
	o, err := of(c)
	if err != nil {
		return answer{}, err
	}
	id, err := c.readReference()
	if err != nil {
		return answer{}, err
	}
	if slices.Contains(o.profile.Owners, id) {
		return answer{}, badRequest("One or more added object references already exist for the following modified properties: 'owners'.")
	}
	o.profile.Owners = append(slices.Clone(o.profile.Owners), id)
	o.put()
	return answer{status: http.StatusNoContent}, nil
}

func (c *call) removeOwner(of ownedBy) (answer, error) {
	o, err := of(c)
	if err != nil {
		return answer{}, err
	}
	id, _ := directory.ParseID(c.ids[1])
	i := slices.Index(o.profile.Owners, id)
	if i < 0 {
		return answer{}, notFound(c.ids[1])
	}
	o.profile.Owners = slices.Delete(slices.Clone(o.profile.Owners), i, i+1)
	o.put()
	return answer{status: http.StatusNoContent}, nil
}

// expanded are the members that $expand adds: owners and members, and no others.
func (c *call) expanded(i item) ([]extra, error) {
	var out []extra
	for _, name := range c.options.expand {
		name, _, _ = strings.Cut(name, "(")
		related, known := c.related(i, name)
		if !known {
			return nil, badRequest("Parsing OData Select and Expand failed: Could not find a property named '%s' on type '%s'.", name, i.shape.name)
		}
		values := []raw{}
		for _, one := range related {
			body, err := one.shape.appendObject(nil, one.view, nil, []extra{{"@odata.type", "#" + one.shape.name}}, nil)
			if err != nil {
				return nil, err
			}
			values = append(values, body)
		}
		out = append(out, extra{name, values})
	}
	return out, nil
}

// raw is JSON that is written as it is.
type raw []byte

// MarshalJSON gives the JSON.
func (r raw) MarshalJSON() ([]byte, error) { return r, nil }

func (c *call) related(i item, name string) ([]item, bool) {
	id := directory.ID(i.id)
	switch name {
	case "owners":
		if a, found := c.directory.ApplicationByID(id); found {
			return c.items(a.Owners), true
		}
		if p, found := c.directory.PrincipalByID(id); found {
			return c.items(p.Owners), true
		}
		if g, found := c.directory.Group(id); found {
			return c.items(g.Owners), true
		}
	case "members":
		if _, found := c.directory.Group(id); found {
			return c.items(c.directory.Members(id)), true
		}
	case "memberOf":
		return c.items(c.directory.MemberOf(id)), true
	}
	return nil, false
}

// subject is the id of the object a path names; no key is the caller.
func (c *call) subject() (directory.ID, error) {
	if len(c.ids) == 0 {
		u, err := c.user()
		if err != nil {
			return "", err
		}
		return u.ID, nil
	}
	if u, found := c.directory.User(c.tenant.ID, c.ids[0]); found {
		return u.ID, nil
	}
	if p, err := c.principal(c.ids[0]); err == nil {
		return p.ID, nil
	}
	id, _ := directory.ParseID(c.ids[0])
	if _, found := c.find(id); !found {
		return "", notFound(c.ids[0])
	}
	return id, nil
}

// memberOf lists the groups and directory roles that an object is a direct member of.
func (c *call) memberOf() (answer, error) { return c.memberships(c.directory.MemberOf) }

// transitiveMemberOf lists those through other groups too.
func (c *call) transitiveMemberOf() (answer, error) { return c.memberships(c.directory.Groups) }

func (c *call) memberships(of func(directory.ID) []directory.ID) (answer, error) {
	id, err := c.subject()
	if err != nil {
		return answer{}, err
	}
	items := c.items(of(id))
	for _, template := range c.directory.AdminRoles(id) {
		items = append(items, c.roleItem(template))
	}
	return c.objects(items)
}

// ownedObjects lists what an object owns.
func (c *call) ownedObjects() (answer, error) {
	id, err := c.subject()
	if err != nil {
		return answer{}, err
	}
	var items []item
	for _, a := range c.directory.ApplicationsIn(c.tenant.ID) {
		if slices.Contains(a.Owners, id) {
			items = append(items, c.applicationItem(a))
		}
	}
	for _, p := range c.directory.PrincipalsIn(c.tenant.ID) {
		if slices.Contains(p.Owners, id) {
			items = append(items, c.principalItem(p))
		}
	}
	for _, g := range c.directory.GroupsIn(c.tenant.ID) {
		if slices.Contains(g.Owners, id) {
			items = append(items, c.groupItem(g))
		}
	}
	return c.objects(items)
}

// checkMemberGroups answers with those of the groups given that the object belongs to.
func (c *call) checkMemberGroups() (answer, error) {
	id, err := c.subject()
	if err != nil {
		return answer{}, err
	}
	var given struct {
		IDs []directory.ID `json:"groupIds"`
	}
	if err := strict(c.body, &given); err != nil {
		return answer{}, badRequest("Unable to read JSON request payload.")
	}
	groups := c.directory.Groups(id)
	return c.strings(slices.DeleteFunc(given.IDs, func(g directory.ID) bool {
		known, _ := directory.ParseID(string(g))
		return !slices.Contains(groups, known)
	}))
}

// getMemberObjects answers with all groups that the object belongs to, and its directory
// roles when roles are asked for.
func (c *call) getMemberObjects() (answer, error) {
	id, err := c.subject()
	if err != nil {
		return answer{}, err
	}
	var given struct {
		SecurityOnly bool `json:"securityEnabledOnly"`
	}
	if err := strict(c.body, &given); err != nil {
		return answer{}, badRequest("Unable to read JSON request payload.")
	}
	all := slices.DeleteFunc(c.directory.Groups(id), func(g directory.ID) bool {
		one, _ := c.directory.Group(g)
		return given.SecurityOnly && !one.SecurityEnabled
	})
	if strings.HasSuffix(strings.ToLower(c.path), "objects") {
		for _, template := range c.directory.AdminRoles(id) {
			all = append(all, directory.ID(c.roleItem(template).id))
		}
	}
	return c.strings(all)
}

// strings answers with a list of ids.
func (c *call) strings(all []directory.ID) (answer, error) {
	body, err := (shape{}).appendObject(nil, &struct{}{}, nil,
		[]extra{{"@odata.context", c.context("Collection(Edm.String)", nil)}, {"value", texts(all)}}, nil)
	return answer{status: http.StatusOK, body: body}, err
}
