package directory

import (
	"slices"
	"strings"
	"time"
)

// Kept is how long a deleted object can be restored (Entra facts 5.4).
const Kept = 30 * 24 * time.Hour

// Tombstone is a deleted object: one of the pointers is set.
type Tombstone struct {
	At        time.Time
	Tenant    ID
	App       *Application
	Principal *Principal
	User      *User
	Group     *Group
}

// Deleted finds a deleted object by id.
func (s *Snapshot) Deleted(id ID) (Tombstone, bool) {
	t, found := s.deleted[id]
	return t, found
}

// DeletedIn are the ids of the deleted objects of a tenant, sorted.
func (s *Snapshot) DeletedIn(tenant ID) []ID {
	ids := map[ID]bool{}
	for id, t := range s.deleted {
		if t.Tenant == tenant {
			ids[id] = true
		}
	}
	return sortedKeys(ids)
}

// Deletion is the change that deletes an object with all that goes with it (Entra facts
// 5.4): an application takes its service principal in its own tenant along; a service
// principal its consent and its role assignments; a person what they consented to. All
// but security groups can be restored, without what went with them. Unknown ids give an
// empty change.
func (s *Snapshot) Deletion(id ID, now time.Time) Change {
	var c Change
	if a, found := s.ApplicationByID(id); found {
		gone := *a
		gone.Deleted = now
		c.Put.Applications = append(c.Put.Applications, gone)
		if p, found := s.Principal(a.TenantID, a.AppID); found {
			s.deletePrincipal(&c, p, now)
		}
	}
	if p, found := s.PrincipalByID(id); found {
		s.deletePrincipal(&c, p, now)
	}
	if u, found := s.UserByID(id); found {
		gone := *u
		gone.Deleted, gone.UPN = now, mangled(u)
		c.Put.Users = append(c.Put.Users, gone)
		c.Remove = append(c.Remove, s.about(id, false)...)
	}
	if g, found := s.Group(id); found && !g.Unified() {
		return s.Purge(id)
	} else if found {
		gone := *g
		gone.Deleted = now
		c.Put.Groups = append(c.Put.Groups, gone)
	}
	return c
}

func (s *Snapshot) deletePrincipal(c *Change, p *Principal, now time.Time) {
	gone := p.ServicePrincipal
	gone.Deleted = now
	c.Put.ServicePrincipals = append(c.Put.ServicePrincipals, gone)
	c.Remove = append(c.Remove, s.about(p.ID, false)...)
}

// mangled is the name of a deleted person, which leaves the old one free.
func mangled(u *User) string { return strings.ReplaceAll(string(u.ID), "-", "") + u.UPN }

// about are the ids of grants and assignments that name an object, and of memberships
// too when they are asked for.
func (s *Snapshot) about(id ID, memberships bool) []ID {
	var ids []ID
	for _, g := range s.records.Grants {
		if g.ClientID == id || g.ResourceID == id || g.PrincipalID == id {
			ids = append(ids, g.ID)
		}
	}
	for _, a := range s.records.RoleAssignments {
		if a.PrincipalID == id || a.ResourceID == id {
			ids = append(ids, a.ID)
		}
	}
	if !memberships {
		return ids
	}
	for _, m := range s.records.Members {
		if m.GroupID == id || m.MemberID == id {
			ids = append(ids, m.ID)
		}
	}
	for _, d := range s.records.DirectoryRoles {
		if d.PrincipalID == id {
			ids = append(ids, d.ID)
		}
	}
	return ids
}

// Purge is the change that takes an object away for good, deleted before or not. The
// service principals of an application go with it, in every tenant.
func (s *Snapshot) Purge(id ID) Change {
	c := Change{Remove: append([]ID{id}, s.about(id, true)...)}
	for _, a := range s.records.Applications {
		if a.ID != id {
			continue
		}
		for _, p := range s.records.ServicePrincipals {
			if p.AppID == a.AppID {
				c.Remove = append(append(c.Remove, p.ID), s.about(p.ID, true)...)
			}
		}
	}
	return c
}

// Restoration is the change that brings a deleted object back. Applying it gives
// ErrConflict when its name is in use by now.
func (s *Snapshot) Restoration(id ID) Change {
	var c Change
	t := s.deleted[id]
	switch {
	case t.App != nil:
		back := *t.App
		back.Deleted = time.Time{}
		c.Put.Applications = []Application{back}
		if p := s.deletedWith(t); p != nil {
			c.Put.ServicePrincipals = []ServicePrincipal{*p}
		}
	case t.Principal != nil:
		back := t.Principal.ServicePrincipal
		back.Deleted = time.Time{}
		c.Put.ServicePrincipals = []ServicePrincipal{back}
	case t.User != nil:
		back := *t.User
		back.Deleted = time.Time{}
		back.UPN = strings.TrimPrefix(back.UPN, strings.ReplaceAll(string(id), "-", ""))
		c.Put.Users = []User{back}
	case t.Group != nil:
		back := *t.Group
		back.Deleted = time.Time{}
		c.Put.Groups = []Group{back}
	}
	return c
}

// deletedWith gives the service principal that was deleted together with an
// application, as it is to be again.
func (s *Snapshot) deletedWith(t Tombstone) *ServicePrincipal {
	for _, p := range s.records.ServicePrincipals {
		if p.AppID == t.App.AppID && p.TenantID == t.App.TenantID && p.Deleted.Equal(t.At) {
			p.Deleted = time.Time{}
			return &p
		}
	}
	return nil
}

// Expired is the change that takes away what was deleted longer ago than Kept.
func (s *Snapshot) Expired(now time.Time) Change {
	var c Change
	for id, t := range s.deleted {
		if now.Sub(t.At) > Kept {
			c.Remove = append(c.Remove, s.Purge(id).Remove...)
		}
	}
	slices.Sort(c.Remove)
	c.Remove = slices.Compact(c.Remove)
	return c
}
