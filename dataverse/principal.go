package dataverse

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
)

// Principal is a user to act for: an [EntraObjectID], a [SystemUserID] or a [UPN].
type Principal interface {
	// caller gives the header that names the user, and the id in it.
	caller(ctx context.Context, c *Client) (header string, id ID, err error)
}

// EntraObjectID is the object id of a user in the directory.
type EntraObjectID ID

// SystemUserID is the id of a user's row in the environment.
type SystemUserID ID

// UPN is a user principal name, such as "ada@contoso.com". The client looks it up at its first use, as the
// application, and remembers the id.
type UPN string

// As gives a client that acts for a user: what it does happens in the user's name, with the privileges
// that both the application and the user have. The application needs
// prvActOnBehalfOfAnotherUser. As(nil) is the application itself again.
func (c *Client) As(user Principal) *Client {
	other := *c
	other.as = user
	return &other
}

func (id EntraObjectID) caller(context.Context, *Client) (string, ID, error) {
	return named("CallerObjectId", ID(id))
}

func (id SystemUserID) caller(context.Context, *Client) (string, ID, error) {
	return named("MSCRMCallerID", ID(id))
}

// named refuses the zero id: the server would take the header for none, and the request for the
// application's own.
func named(header string, id ID) (string, ID, error) {
	if id.IsZero() {
		return "", id, errors.New("dataverse: the id of the user to act for is zero")
	}
	return header, id, nil
}

// userCache remembers who has which name.
type userCache struct {
	mu  sync.Mutex
	ids map[UPN]ID
}

func (u *userCache) get(name UPN) (ID, bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	id, known := u.ids[name]
	return id, known
}

func (u *userCache) put(name UPN, id ID) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.ids == nil {
		u.ids = map[UPN]ID{}
	}
	u.ids[name] = id
}

func (name UPN) caller(ctx context.Context, c *Client) (string, ID, error) {
	key := UPN(strings.ToLower(string(name)))
	if id, known := c.users.get(key); known {
		return "MSCRMCallerID", id, nil
	}
	users := Table[Row](c.As(nil).With(Behavior{}), "systemusers")
	found, err := users.First(ctx, Where("domainname").Eq(string(name)).Select("systemuserid"))
	if err != nil {
		return "", ID{}, fmt.Errorf("look up user %s: %w", name, err)
	}
	id := found.ID("systemuserid")
	c.users.put(key, id)
	return named("MSCRMCallerID", id)
}

// Me is who the server takes the caller for: under impersonation, the user acted for.
type Me struct {
	UserID         ID `json:"UserId"`
	BusinessUnitID ID `json:"BusinessUnitId"`
	OrganizationID ID `json:"OrganizationId"`
}

// WhoAmI asks the server who the caller is: the cheapest way to see whether all is in order.
func (c *Client) WhoAmI(ctx context.Context) (Me, error) {
	var me Me
	err := c.Do(ctx, "GET", "WhoAmI", nil, &me, nil)
	return me, err
}
