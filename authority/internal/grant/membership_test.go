package grant

import (
	"fmt"
	"testing"

	"github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/authority/internal/ticket"
)

// joined puts ana into as many groups as are said, administrators among them, and gives the
// portal groupMembershipClaims. Every other group is no security group.
func joined(groups int, wanted string) func(*directory.Records) {
	return func(r *directory.Records) {
		r.Groups, r.Members, r.RoleAssignments = nil, nil, nil
		for i := range groups {
			id := directory.DerivedID(fmt.Sprint("group ", i), ana)
			r.Groups = append(r.Groups, directory.Group{ID: id, TenantID: contoso, DisplayName: fmt.Sprint(i), SecurityEnabled: i%2 == 0})
			r.Members = append(r.Members, directory.NewMember(id, ana))
		}
		r.DirectoryRoles = append(r.DirectoryRoles, directory.DirectoryRole{ID: directory.DerivedID("admin", ana), TenantID: contoso, TemplateID: directory.GlobalAdministrator, PrincipalID: ana})
		for i := range r.Applications {
			if r.Applications[i].AppID == portal || r.Applications[i].AppID == orders {
				r.Applications[i].GroupClaims = wanted
			}
		}
	}
}

func count(said map[string]any, name string) int { list, _ := said[name].([]any); return len(list) }

// groupMembershipClaims decide which groups and directory roles both tokens name; beyond
// 200 groups they say where to ask.
func TestMembershipClaims(t *testing.T) {
	for _, c := range []struct {
		wanted            string
		has, groups, wids int
		elsewhere         bool
	}{
		{"", 4, 0, 0, false},
		{"None", 4, 0, 0, false},
		{"SecurityGroup", 4, 2, 0, false},
		{"DirectoryRole", 4, 0, 1, false},
		{"SecurityGroup, DirectoryRole", 4, 2, 1, false},
		{"All", 4, 4, 1, false},
		{"All", 200, 200, 1, false},
		{"All", 201, 0, 1, true},
		{"SecurityGroup", 201, 101, 0, false},
	} {
		t.Run(fmt.Sprint(c.wanted, c.has), func(t *testing.T) {
			w := start(t, joined(c.has, c.wanted))
			got := w.redeem(v2, w.code(), "scope", "openid "+ordersAt+"/Read")
			for _, name := range []string{"access_token", "id_token"} {
				said := w.said(got.str(name))
				if count(said, "groups") != c.groups || count(said, "wids") != c.wids || said["hasgroups"] != nil {
					t.Errorf("%s: %d groups, %d wids", name, count(said, "groups"), count(said, "wids"))
				}
				want := "<nil> <nil>"
				if c.elsewhere {
					want = "map[groups:src1] map[src1:map[endpoint:" + base + "/v1.0/users/" + string(ana) + "/getMemberObjects]]"
				}
				if text := fmt.Sprint(said["_claim_names"], " ", said["_claim_sources"]); text != want {
					t.Errorf("%s: %s", name, text)
				}
			}
		})
	}
}

// First-party resources hear of directory roles unasked.
func TestAdministratorsAtFirstParties(t *testing.T) {
	w := start(t, joined(1, ""))
	if said := w.said(w.redeem(v2, w.code()).str("access_token")); count(said, "wids") != 1 {
		t.Errorf("%v", said)
	}
}

// In an address there is room for five groups.
func TestMembershipInFront(t *testing.T) {
	for has, want := range map[int]any{5: nil, 6: true, 201: true} {
		w := start(t, joined(has, "All"))
		k := ticket.Code{Tenant: contoso, App: portal, User: ana, Nonce: "n-2", Scopes: []string{"openid", ordersAt + "/Read"}, AuthTime: w.now}
		got, err := w.FrontChannel(t.Context(), Front{Code: k, IDToken: true, AccessToken: true})
		if err != nil {
			t.Fatal(err)
		}
		for _, token := range []string{got.IDToken, got.AccessToken} {
			said := w.said(token)
			if said["hasgroups"] != want || said["_claim_names"] != nil || (count(said, "groups") == has) == (want == true) {
				t.Errorf("%d groups: %v", has, said)
			}
		}
	}
}
