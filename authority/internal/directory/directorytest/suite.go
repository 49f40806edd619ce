package directorytest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/stead-s2s/stead/authority/internal/directory"
)

// Run judges a store. open gives an empty one.
func Run(t *testing.T, open func(t *testing.T) directory.Store) {
	for name, check := range map[string]func(*testing.T, directory.Store){
		"keeps every member":           keepsEveryMember,
		"replaces whole records":       replaces,
		"removes":                      removes,
		"keeps what is deleted":        keepsDeleted,
		"refuses conflicts whole":      refusesConflicts,
		"changes at once are all kept": concurrent,
	} {
		t.Run(name, func(t *testing.T) { check(t, open(t)) })
	}
}

// World is one record of every kind with every member set, so that a store that drops
// one is found out.
func World() directory.Records {
	start, end := time.Unix(1_700_000_000, 0).UTC(), time.Unix(1_800_000_000, 0).UTC()
	certificate := directory.Certificate{ID: id(40), Name: "laptop", DER: testCertificate(), Start: start, End: end}
	own := directory.Credentials{
		Secrets: []directory.Secret{
			directory.NewSecret(id(41), "first", "one secret", start, end),
			directory.NewSecret(id(42), "second", "two secret", start, end),
		},
		Certificates: []directory.Certificate{certificate},
	}
	return directory.Records{
		Tenants: []directory.Tenant{
			{ID: id(1), Name: "contoso", DisplayName: "Contoso", Domains: []string{"contoso.example", "b.example", "a.example"},
				Kind: directory.ADFS, PasswordGrant: true, UserConsent: true},
			{ID: id(2), Name: "fabrikam", DisplayName: "Fabrikam"},
		},
		Applications: []directory.Application{
			{
				ID: id(10), AppID: id(11), TenantID: id(1), DisplayName: "Ordering", Audience: directory.MultiTenant,
				IdentifierURIs: []string{"api://ordering", "https://ordering.example"},
				RedirectURIs:   []directory.RedirectURI{{Platform: "web", URI: "https://b"}, {Platform: "spa", URI: "https://a"}},
				TokenVersion:   2, FirstParty: true, PublicClient: true, Disabled: true,
				Scopes: []directory.Scope{{ID: id(12), Value: "Orders.Read", AdminOnly: true, Disabled: true,
					AdminTitle: "a", AdminText: "b", UserTitle: "c", UserText: "d"}},
				Roles: []directory.Role{{ID: id(13), Value: "Orders.All", DisplayName: "All orders", Description: "All",
					Members: []string{"User", "Application"}, Disabled: true}, {ID: id(14), Value: "Any"}},
				Credentials: own,
				RequiredAccess: []directory.ResourceAccess{
					{ResourceAppID: directory.Graph, Access: []directory.Access{{ID: id(70)}, {ID: id(71), Role: true}}},
					{ResourceAppID: directory.Dataverse},
				},
				PreAuthorized: []directory.PreAuthorized{{AppID: id(72), ScopeIDs: []directory.ID{id(73), id(74)}}, {AppID: id(75)}},
				Federated: []directory.FederatedCredential{{ID: id(76), Name: "ci", Issuer: "https://issuer", Subject: "repo:x",
					Description: "builds", Audiences: []string{"api://AzureADTokenExchange", "b"}, PinnedJWKS: []byte(`{"keys":[]}`)}},
				KnownClients: []directory.ID{id(77), id(78)}, LogoutURL: "https://a/out", HomePageURL: "https://a",
				IDTokenIssuance: true, AccessTokenIssuance: true, GroupClaims: "SecurityGroup", Profile: profile(start),
			},
			{ID: id(15), AppID: id(16), TenantID: id(2), Audience: directory.SingleTenant},
		},
		ServicePrincipals: []directory.ServicePrincipal{{
			ID: id(20), AppID: id(11), TenantID: id(1), Names: []string{"z", "y"}, Addresses: []string{"https://localhost:1", "https://localhost:0"},
			Disabled: true, AssignmentRequired: true, Credentials: directory.Credentials{Secrets: []directory.Secret{{ID: id(43)}}},
			DisplayName: "Ordering here", Kind: "ManagedIdentity", Profile: profile(start),
		}},
		Users: []directory.User{{
			ID: id(30), TenantID: id(1), UPN: "ada@contoso.example", DisplayName: "Ada Admin", GivenName: "Ada", Surname: "Admin",
			Disabled: true, Password: "$argon2id$v=19$m=1,t=1,p=1$AA$AA",
			SessionsValidFrom: start, MustChangePassword: true, Mail: "ada@b.example", MailNickname: "ada", JobTitle: "Admin", Profile: profile(start),
		}},
		RoleAssignments: []directory.RoleAssignment{{ID: id(50), PrincipalID: id(20), ResourceID: id(20), RoleID: id(13), Created: start}},
		DirectoryRoles:  []directory.DirectoryRole{{ID: id(51), TenantID: id(1), TemplateID: directory.GlobalAdministrator, PrincipalID: id(30)}},
		Groups: []directory.Group{{ID: id(52), TenantID: id(1), DisplayName: "Everybody", MailNickname: "all", Description: "All",
			SecurityEnabled: true, MailEnabled: true, Types: []string{"Unified", "DynamicMembership"}, Profile: profile(end)}},
		Members: []directory.Member{directory.NewMember(id(52), id(30))},
		Grants:  []directory.PermissionGrant{directory.NewGrant(id(1), id(20), id(20), id(30), []string{"a", "b"}, start)},
	}
}

// profile has every member set but the one that hides the object it belongs to.
func profile(at time.Time) directory.Profile {
	return directory.Profile{Created: at, Owners: []directory.ID{id(30), id(20)}, Tags: []string{"b", "a tag"}, Details: `{"notes":"n"}`}
}

func id(n int) directory.ID { return directory.ID(fmt.Sprintf("00000000-0000-4000-8000-%012d", n)) }

func apply(t *testing.T, s directory.Store, c directory.Change) {
	t.Helper()
	if err := s.Apply(t.Context(), c); err != nil {
		t.Fatal(err)
	}
}

// want compares what the store holds with records, in any order of records.
func want(t *testing.T, s directory.Store, records directory.Records) {
	t.Helper()
	got, err := s.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(sorted(records), sorted(got), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("the store holds (-want +got):\n%s", diff)
	}
}

func sorted(r directory.Records) directory.Records {
	return directory.Records{
		Tenants:           by(r.Tenants, func(t directory.Tenant) directory.ID { return t.ID }),
		Applications:      by(r.Applications, func(a directory.Application) directory.ID { return a.ID }),
		ServicePrincipals: by(r.ServicePrincipals, func(p directory.ServicePrincipal) directory.ID { return p.ID }),
		Users:             by(r.Users, func(u directory.User) directory.ID { return u.ID }),
		RoleAssignments:   by(r.RoleAssignments, func(a directory.RoleAssignment) directory.ID { return a.ID }),
		DirectoryRoles:    by(r.DirectoryRoles, func(d directory.DirectoryRole) directory.ID { return d.ID }),
		Grants:            by(r.Grants, func(g directory.PermissionGrant) directory.ID { return g.ID }),
		Groups:            by(r.Groups, func(g directory.Group) directory.ID { return g.ID }),
		Members:           by(r.Members, func(m directory.Member) directory.ID { return m.ID }),
	}
}

func by[T any](all []T, key func(T) directory.ID) []T {
	return slices.SortedFunc(slices.Values(all), func(a, b T) int { return cmp.Compare(key(a), key(b)) })
}

func keepsEveryMember(t *testing.T, s directory.Store) {
	want(t, s, directory.Records{})
	apply(t, s, directory.Change{Put: World()})
	want(t, s, World())
}

func replaces(t *testing.T, s directory.Store) {
	apply(t, s, directory.Change{Put: World()})
	next := World()
	next.Tenants[0].Domains = []string{"other.example"}
	next.Applications[0].Secrets = next.Applications[0].Secrets[1:]
	next.Applications[0].Roles = nil
	next.ServicePrincipals[0].Addresses = []string{"https://localhost:2"}
	next.Users[0].Disabled = false
	change := directory.Change{Put: directory.Records{
		Tenants: next.Tenants[:1], Applications: next.Applications[:1],
		ServicePrincipals: next.ServicePrincipals, Users: next.Users,
	}}
	apply(t, s, change)
	want(t, s, World().With(change))
	apply(t, s, change) // a second time changes nothing
	want(t, s, next)
}

func removes(t *testing.T, s directory.Store) {
	apply(t, s, directory.Change{Put: World()})
	change := directory.Change{Remove: []directory.ID{id(15), id(20), id(30), id(50), id(51), id(99)}}
	apply(t, s, change)
	want(t, s, World().With(change))
	// What is gone may come back, with nothing left of what it had.
	back := directory.Change{Put: directory.Records{ServicePrincipals: []directory.ServicePrincipal{{ID: id(20), AppID: id(11), TenantID: id(1)}}}}
	apply(t, s, back)
	want(t, s, World().With(change).With(back))
	// One change can put another in its place.
	swap := directory.Change{Remove: []directory.ID{id(20)}, Put: directory.Records{ServicePrincipals: []directory.ServicePrincipal{{ID: id(21), AppID: id(11), TenantID: id(1)}}}}
	apply(t, s, swap)
	want(t, s, World().With(change).With(back).With(swap))
}

// keepsDeleted: a deleted object is kept, and its name is free for another.
func keepsDeleted(t *testing.T, s directory.Store) {
	apply(t, s, directory.Change{Put: World()})
	records := World()
	for _, gone := range []directory.ID{id(20), id(30), id(52)} {
		current, err := directory.NewSnapshot(records)
		if err != nil {
			t.Fatal(err)
		}
		change := current.Deletion(gone, time.Unix(1_750_000_000, 0).UTC())
		apply(t, s, change)
		records = records.With(change)
		want(t, s, records)
	}
	again := directory.Change{Put: directory.Records{
		ServicePrincipals: []directory.ServicePrincipal{{ID: id(80), AppID: id(11), TenantID: id(1)}},
		Users:             []directory.User{{ID: id(81), TenantID: id(1), UPN: "ada@contoso.example"}},
	}}
	apply(t, s, again)
	want(t, s, records.With(again))
}

func refusesConflicts(t *testing.T, s directory.Store) {
	apply(t, s, directory.Change{Put: World()})
	newcomer := directory.Tenant{ID: id(60), Name: "new"}
	for name, put := range map[string]directory.Records{
		"client id":           {Applications: []directory.Application{{ID: id(61), AppID: id(11), TenantID: id(1)}}},
		"domain":              {Tenants: []directory.Tenant{{ID: id(61), Domains: []string{"contoso.example"}}}},
		"user principal name": {Users: []directory.User{{ID: id(61), TenantID: id(1), UPN: "ADA@contoso.example"}}},
		"service principal":   {ServicePrincipals: []directory.ServicePrincipal{{ID: id(61), AppID: id(11), TenantID: id(1)}}},
	} {
		put.Tenants = append(put.Tenants, newcomer)
		if err := s.Apply(t.Context(), directory.Change{Put: put}); !errors.Is(err, directory.ErrConflict) {
			t.Errorf("a second %s gave %v", name, err)
		}
	}
	want(t, s, World())
}

func concurrent(t *testing.T, s directory.Store) {
	var all directory.Records
	var running sync.WaitGroup
	for i := range 20 {
		one := directory.User{ID: id(100 + i), TenantID: id(1), UPN: fmt.Sprintf("user%d@contoso.example", i)}
		all.Users = append(all.Users, one)
		running.Go(func() {
			if err := s.Apply(context.WithoutCancel(t.Context()), directory.Change{Put: directory.Records{Users: []directory.User{one}}}); err != nil {
				t.Error(err)
			}
		})
	}
	running.Wait()
	want(t, s, all)
}
