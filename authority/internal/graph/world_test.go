package graph

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/authority/internal/directory/directorytest"
	"github.com/stead-s2s/stead/authority/internal/journal"
	"github.com/stead-s2s/stead/internal/oidc"
	"github.com/stead-s2s/stead/internal/sqldb"
	"github.com/stead-s2s/stead/internal/web"
)

const (
	contoso  directory.ID = "5a1f0000-0000-4000-8000-000000000001"
	fabrikam directory.ID = "5a1f0000-0000-4000-8000-000000000002"
	base                  = "https://localhost:8443"
)

// id makes the id that ends in n.
func id(n int) directory.ID { return directory.ID(fmt.Sprintf("5a1f0000-0000-4000-8000-%012d", n)) }

// The objects of the test world: an application 1n has client id 10n and service
// principal 20n.
var (
	toolApp, toolID, toolSP   = id(11), id(101), id(201) // what administers
	shopApp, shopID, shopSP   = id(12), id(102), id(202) // an API with a role and a scope
	isvApp, isvID             = id(13), id(103)          // multi-tenant, of fabrikam
	adaUser, benUser, fayUser = id(31), id(32), id(41)
	salesGroup, unifiedGroup  = id(51), id(52)
	shopRole, shopScope       = id(61), id(62)
	graphSP                   = directory.FirstPartyPrincipals(contoso)[1].ID
)

func records() directory.Records {
	named := func(p directory.ServicePrincipal) directory.ServicePrincipal { p.Created = start; return p }
	r := directory.Records{
		Tenants: []directory.Tenant{
			{ID: contoso, Name: "contoso", DisplayName: "Contoso", Domains: []string{"contoso.example"}, UserConsent: true},
			{ID: fabrikam, Name: "fabrikam", DisplayName: "Fabrikam", Domains: []string{"fabrikam.example"}, UserConsent: true},
		},
		Applications: append(directory.FirstParty(),
			directory.Application{ID: toolApp, AppID: toolID, TenantID: contoso, DisplayName: "Tool", Audience: directory.SingleTenant},
			directory.Application{ID: shopApp, AppID: shopID, TenantID: contoso, DisplayName: "Shop", Audience: directory.SingleTenant,
				IdentifierURIs: []string{"api://shop"}, Roles: []directory.Role{{ID: shopRole, Value: "Orders.All", DisplayName: "All orders"}},
				Scopes: []directory.Scope{{ID: shopScope, Value: "Orders.Read"}}, RedirectURIs: []directory.RedirectURI{{Platform: "web", URI: "https://shop.example/in"}}},
			directory.Application{ID: isvApp, AppID: isvID, TenantID: fabrikam, DisplayName: "ISV", Audience: directory.MultiTenant},
		),
		ServicePrincipals: append(append(directory.FirstPartyPrincipals(contoso), directory.FirstPartyPrincipals(fabrikam)...),
			named(directory.ServicePrincipal{ID: toolSP, AppID: toolID, TenantID: contoso}),
			named(directory.ServicePrincipal{ID: shopSP, AppID: shopID, TenantID: contoso}),
		),
		Users: []directory.User{
			{ID: adaUser, TenantID: contoso, UPN: "ada@contoso.example", DisplayName: "Ada Admin", GivenName: "Ada", Surname: "Admin"},
			{ID: benUser, TenantID: contoso, UPN: "ben@contoso.example", DisplayName: "Ben Basic", JobTitle: "Clerk"},
			{ID: fayUser, TenantID: fabrikam, UPN: "fay@fabrikam.example", DisplayName: "Fay Founder"},
		},
		DirectoryRoles: []directory.DirectoryRole{
			{ID: id(71), TenantID: contoso, TemplateID: directory.GlobalAdministrator, PrincipalID: adaUser},
			{ID: id(72), TenantID: fabrikam, TemplateID: directory.GlobalAdministrator, PrincipalID: fayUser},
		},
		Groups: []directory.Group{
			{ID: salesGroup, TenantID: contoso, DisplayName: "Sales", MailNickname: "sales", SecurityEnabled: true},
			{ID: unifiedGroup, TenantID: contoso, DisplayName: "Team", MailNickname: "team", MailEnabled: true, Types: []string{"Unified"}},
		},
		Members:         []directory.Member{directory.NewMember(salesGroup, benUser), directory.NewMember(unifiedGroup, salesGroup)},
		Grants:          []directory.PermissionGrant{directory.NewGrant(contoso, toolSP, shopSP, benUser, []string{"Orders.Read"}, start)},
		RoleAssignments: []directory.RoleAssignment{{ID: id(81), PrincipalID: toolSP, ResourceID: shopSP, RoleID: shopRole, Created: start}},
	}
	r.Applications[2].Created = start
	return r
}

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// world is a Graph over a directory in memory. Its tokens are names: "app Role.A Role.B",
// "ada Scope.A".
type world struct {
	*testing.T
	handler   *Handler
	directory *directory.Directory
	journal   *journal.Book
	now       time.Time
	revoked   []string
}

// revocations notes what is revoked.
type revocations struct{ w *world }

func (r revocations) RevokeUser(_ context.Context, user directory.ID) error {
	r.w.revoked = append(r.w.revoked, "user "+string(user))
	return nil
}

func (r revocations) RevokeApp(_ context.Context, app directory.ID) error {
	r.w.revoked = append(r.w.revoked, "app "+string(app))
	return nil
}

func (r revocations) RevokeGrant(_ context.Context, _, app, user directory.ID) error {
	r.w.revoked = append(r.w.revoked, "grant "+string(app)+" "+string(user))
	return nil
}

func newWorld(t *testing.T) *world {
	t.Helper()
	store := &directorytest.Memory{}
	if err := store.Apply(t.Context(), directory.Change{Put: records()}); err != nil {
		t.Fatal(err)
	}
	d, err := directory.Open(t.Context(), store)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{T: t, directory: d, now: start.Add(24 * time.Hour)}
	w.handler = &Handler{Directory: d, Verify: w.verify, BaseURL: base, Now: func() time.Time { return w.now }, Tickets: revocations{w}}
	return w
}

// withJournal gives the world a sign-in log.
func (w *world) withJournal() *world {
	w.Helper()
	db, err := sqldb.Open(filepath.Join(w.TempDir(), "a.db"), sqldb.Options{})
	if err != nil {
		w.Fatal(err)
	}
	if w.journal, err = journal.Open(w.Context(), journal.Config{DB: db, Now: w.handler.Now}); err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() { w.journal.Close(); db.Close() })
	w.handler.Journal = w.journal
	return w
}

var people = map[string]directory.ID{"ada": adaUser, "ben": benUser, "fay": fayUser}

func (w *world) verify(_ context.Context, bearer string) (oidc.Token, error) {
	who, rest, _ := strings.Cut(bearer, " ")
	permissions := strings.Fields(rest)
	t := oidc.Token{Tenant: string(contoso), ApplicationID: string(toolID), ObjectID: string(toolSP)}
	switch {
	case who == "app":
		t.App, t.Roles = true, permissions
	case who == "shop":
		t.App, t.Roles, t.ApplicationID, t.ObjectID = true, permissions, string(shopID), string(shopSP)
	case people[who] != "":
		t.Scopes, t.ObjectID = permissions, string(people[who])
	default:
		return t, &oidc.Error{Check: oidc.Signature}
	}
	return t, nil
}

// reply is what a request got.
type reply struct {
	t      *testing.T
	status int
	header http.Header
	text   string
	body   map[string]any
}

const admin = "app Application.ReadWrite.All Directory.ReadWrite.All User.ReadWrite.All Group.ReadWrite.All AppRoleAssignment.ReadWrite.All " +
	"DelegatedPermissionGrant.ReadWrite.All AuditLog.Read.All Domain.ReadWrite.All RoleManagement.ReadWrite.Directory"

// send sends a request; headers are "Name: value".
func (w *world) send(bearer, method, target, body string, headers ...string) reply {
	w.Helper()
	r := httptest.NewRequest(method, strings.ReplaceAll(target, " ", "%20"), strings.NewReader(body))
	if bearer != "" {
		r.Header.Set("Authorization", "Bearer "+bearer)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	recorder := httptest.NewRecorder()
	web.Handler(web.HandlerOptions{
		Render: func(rw http.ResponseWriter, r *http.Request, err error) { Render(rw, r, from(err), w.now) },
	}, w.handler.Serve).ServeHTTP(recorder, r)
	got := reply{t: w.T, status: recorder.Code, header: recorder.Header(), text: recorder.Body.String()}
	_ = json.Unmarshal(recorder.Body.Bytes(), &got.body)
	return got
}

// must sends a request as the administering application and wants a status.
func (w *world) must(status int, method, target, body string, headers ...string) reply {
	w.Helper()
	got := w.send(admin, method, target, body, headers...)
	if got.status != status {
		w.Fatalf("%s %s: %d, want %d\n%s", method, target, got.status, status, got.text)
	}
	return got
}

// at follows names and indexes: "value.0.id".
func (r reply) at(path string) any {
	if whole, found := r.body[path]; found {
		return whole
	}
	var v any = r.body
	for name := range strings.SplitSeq(path, ".") {
		switch have := v.(type) {
		case map[string]any:
			v = have[name]
		case []any:
			n := 0
			if _, err := fmt.Sscan(name, &n); err != nil || n >= len(have) {
				return nil
			}
			v = have[n]
		default:
			return nil
		}
	}
	return v
}

func (r reply) str(path string) string { s, _ := r.at(path).(string); return s }

// want compares what is at a path, as JSON.
func (r reply) want(path, value string) {
	r.t.Helper()
	got, err := marshal(r.at(path))
	if err != nil || string(got) != value {
		r.t.Errorf("%s is %s, want %s", path, got, value)
	}
}

// names are a member of all objects of a collection, sorted.
func (r reply) names(member string) string {
	var out []string
	list, _ := r.body["value"].([]any)
	for _, one := range list {
		object, _ := one.(map[string]any)
		out = append(out, fmt.Sprint(object[member]))
	}
	slices.Sort(out)
	return strings.Join(out, ",")
}

// code is that of the error, with the status.
func (r reply) code() string { return fmt.Sprintf("%d %s", r.status, r.str("error.code")) }
