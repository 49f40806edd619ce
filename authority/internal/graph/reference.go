package graph

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/stead-s2s/stead/authority/internal/directory"
)

// relation gives the objects that the one a path names is related to.
type relation func(*call) ([]item, error)

func applicationOwners(c *call) ([]item, error) {
	a, err := c.application(c.ids[0])
	if err != nil {
		return nil, err
	}
	return c.items(a.Owners), nil
}

func principalOwners(c *call) ([]item, error) {
	p, err := c.principal(c.ids[0])
	if err != nil {
		return nil, err
	}
	return c.items(p.Owners), nil
}

func groupOwners(c *call) ([]item, error) {
	g, err := c.group()
	if err != nil {
		return nil, err
	}
	return c.items(g.Owners), nil
}

// groupMembers may be of the kind only that the path names after the group.
func groupMembers(c *call) ([]item, error) {
	g, err := c.group()
	if err != nil {
		return nil, err
	}
	return c.castTo(1, c.directory.Members(g.ID)), nil
}

// objectsOf answers with the related objects.
func objectsOf(of relation) func(*call) (answer, error) {
	return func(c *call) (answer, error) {
		items, err := of(c)
		if err != nil {
			return answer{}, err
		}
		return c.objects(items)
	}
}

// link is a reference to an object.
type link struct {
	Address string `json:"@odata.id"`
}

var linkShape = shapeOf[link]("microsoft.graph.directoryObject", "Collection($ref)")

// typeSegment begins the last segment of the addresses of objects.
const typeSegment = "Microsoft.DirectoryServices."

// address is that of an object in references.
func (c *call) address(i item) string {
	kind := strings.TrimPrefix(i.shape.name, "microsoft.graph.")
	return c.h.BaseURL + "/v2/" + string(c.tenant.ID) + "/directoryObjects/" + i.id + "/" + typeSegment + strings.ToUpper(kind[:1]) + kind[1:]
}

// referencesOf answers with the addresses of the related objects.
func referencesOf(of relation) func(*call) (answer, error) {
	return func(c *call) (answer, error) {
		items, err := of(c)
		if err != nil {
			return answer{}, err
		}
		for n, i := range items {
			items[n] = item{i.id, &link{c.address(i)}, linkShape}
		}
		slices.SortFunc(items, func(a, b item) int { return strings.Compare(a.id, b.id) })
		c.options.order, c.options.expand, c.options.selects = nil, nil, nil
		return c.page(linkShape, items, func(item) []string { return nil })
	}
}

// referenceOf answers with one of the related objects, by its address, type and id. Tools
// ask for it to see whether it is there.
func referenceOf(of relation) func(*call) (answer, error) {
	return func(c *call) (answer, error) {
		wanted := c.ids[1]
		c.ids = c.ids[:1]
		items, err := of(c)
		if err != nil {
			return answer{}, err
		}
		i := slices.IndexFunc(items, func(i item) bool { return strings.EqualFold(i.id, wanted) })
		if i < 0 {
			return answer{}, notFound(wanted)
		}
		one := items[i]
		body, err := (shape{}).appendObject(nil, &struct{}{}, nil, []extra{
			{"@odata.context", c.context("$ref", nil)}, {"@odata.type", "#" + one.shape.name}, {"@odata.id", c.address(one)}, {"id", one.id}}, nil)
		return answer{status: http.StatusOK, body: body}, err
	}
}

// readReference reads {"@odata.id": "…/directoryObjects/{id}"}.
func (c *call) readReference() (directory.ID, error) {
	var given struct {
		ID   string `json:"@odata.id"`
		Type string `json:"@odata.type"`
	}
	if err := exact(c.body, &given); err != nil || given.ID == "" {
		return "", badRequest("Invalid URL format specified in @odata.id property in request payload.")
	}
	return c.reference(given.ID)
}

// reference is the id of the object that an address in a body names. Its last segment may
// be the object's type.
func (c *call) reference(address string) (directory.ID, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", badRequest("Invalid URL specified in the @odata.id.")
	}
	segments := strings.FieldsFunc(u.Path, func(r rune) bool { return r == '/' || r == '(' || r == ')' || r == '\'' })
	if n := len(segments); n > 1 && strings.HasPrefix(segments[n-1], typeSegment) {
		segments = segments[:n-1]
	}
	if len(segments) == 0 {
		return "", badRequest("Invalid URL specified in the @odata.id.")
	}
	id, isGUID := directory.ParseID(segments[len(segments)-1])
	if _, there := c.find(id); !isGUID || !there {
		return "", notFound(segments[len(segments)-1])
	}
	return id, nil
}

// managerOf is whom a person reports to, if that one is still there.
func (c *call) managerOf(u *directory.User) (item, bool) {
	var id directory.ID
	if json.Unmarshal(c.userItem(u).view.(*user).Manager, &id) != nil || id == "" {
		return item{}, false
	}
	return c.find(id)
}

func (c *call) getManager() (answer, error) {
	u, err := c.user()
	if err != nil {
		return answer{}, err
	}
	manager, found := c.managerOf(u)
	if !found {
		return answer{}, notFound("manager")
	}
	c.mixed = true
	return c.one(manager)
}

func (c *call) setManager() (answer, error) {
	u, err := c.user()
	if err != nil {
		return answer{}, err
	}
	id, err := c.readReference()
	if err != nil {
		return answer{}, err
	}
	if _, isUser := c.directory.UserByID(id); !isUser {
		return answer{}, badRequest("The manager of a user must be a user.")
	}
	return c.putManager(*u, json.RawMessage(`"`+string(id)+`"`)), nil
}

func (c *call) removeManager() (answer, error) {
	u, err := c.user()
	if err != nil {
		return answer{}, err
	}
	if _, found := c.managerOf(u); !found {
		return answer{}, notFound("manager")
	}
	return c.putManager(*u, json.RawMessage("null")), nil
}

func (c *call) putManager(u directory.User, manager json.RawMessage) answer {
	v := c.userItem(&u).view.(*user)
	v.Manager = manager
	u.Details = userShape.details(v)
	c.change.Put.Users = []directory.User{u}
	return answer{status: http.StatusNoContent}
}
