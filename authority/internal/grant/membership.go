package grant

import (
	"slices"
	"strings"

	"github.com/stead-s2s/stead/authority/internal/claims"
	"github.com/stead-s2s/stead/authority/internal/directory"
)

// How many groups a token names at most: more are asked for elsewhere. An answer that
// travels in an address has room for fewer.
const (
	mostGroups      = 200
	mostGroupsFront = 5
)

// membership is what a token for an application says of the person's groups and directory
// roles: what its groupMembershipClaims want. First-party resources hear of directory
// roles unasked.
func (h *Handler) membership(c *attempt, app *directory.Application) claims.Membership {
	var m claims.Membership
	if app.FirstParty || wantsMembership(app, "DirectoryRole") {
		m.AdminRoles = texts(c.directory.AdminRoles(c.user.ID))
	}
	switch all := groups(c.directory, c.user, app); {
	case c.front && len(all) > mostGroupsFront:
		m.HasGroups = true
	case len(all) > mostGroups:
		m.GroupsAt = h.Issuers.BaseURL + "/v1.0/users/" + string(c.user.ID) + "/getMemberObjects"
	default:
		m.Groups = all
	}
	return m
}

// wantsMembership reports whether groupMembershipClaims, which may list several, has a
// word. All stands for each.
func wantsMembership(app *directory.Application, word string) bool {
	for one := range strings.SplitSeq(app.GroupClaims, ",") {
		if one = strings.TrimSpace(one); one == word || one == "All" {
			return true
		}
	}
	return false
}

// groups are those that an application wants to hear of.
func groups(s *directory.Snapshot, user *directory.User, app *directory.Application) []string {
	if !wantsMembership(app, "SecurityGroup") {
		return nil
	}
	all := s.Groups(user.ID)
	if !wantsMembership(app, "All") {
		all = slices.DeleteFunc(all, func(id directory.ID) bool {
			g, found := s.Group(id)
			return !found || !g.SecurityEnabled
		})
	}
	return texts(all)
}
