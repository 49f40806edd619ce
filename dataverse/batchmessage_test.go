package dataverse_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/stead-s2s/stead/dataverse"
)

// newRole is a role of the unit of the application that asks.
func newRole(t *testing.T, name string) dataverse.Row {
	t.Helper()
	return dataverse.Row{"name": name, "businessunitid": dataverse.RefTo("businessunits", whoAmI(t).BusinessUnitID)}
}

func whoAmI(t *testing.T) dataverse.Me {
	t.Helper()
	me, err := asApp().WhoAmI(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return me
}

// Functions and actions travel with other requests, and each future has the type of its own answer.
func TestMessagesInBatches(t *testing.T) {
	ctx := t.Context()
	roles := dataverse.Table[dataverse.Row](asApp(), "roles")
	b := asApp().Batch()
	me := dataverse.CallIn[dataverse.Me](asApp(), b, dataverse.Function("WhoAmI", nil))
	missing := dataverse.CallIn[struct{}](asApp(), b, dataverse.Function("NoSuchFunction", nil))
	version := dataverse.CallIn[struct{ Version string }](asApp(), b, dataverse.Function("RetrieveVersion", nil))
	if err := b.Do(ctx, &dataverse.BatchOptions{ContinueOnError: true}); !errors.Is(err, dataverse.ErrNotFound) || missing.Err() == nil {
		t.Errorf("the batch: %v, the function: %v", err, missing.Err())
	}
	if got, err := me.Value(); err != nil || got.UserID.IsZero() {
		t.Errorf("%+v %v", got, err)
	}
	if got, err := version.Value(); err != nil || !strings.HasPrefix(got.Version, "9.2.") {
		t.Errorf("%+v %v", got, err)
	}

	b = asApp().Batch()
	set := b.ChangeSet()
	role := roles.In(set).Create(newRole(t, "In a batch"), &dataverse.CreateOptions{ServerChoosesID: true})
	filled := dataverse.CallIn[struct{}](asApp(), set, dataverse.Action("AddPrivilegesRole", dataverse.Params{
		"Privileges": []map[string]any{{"PrivilegeId": privilege(t, "prvReadAccount"), "Depth": "Basic"}},
	}).On(role.Ref()))
	held := dataverse.Table[dataverse.Row](asApp(), "systemusers").In(set).Associate(whoAmI(t).UserID, "systemuserroles_association", role.Ref())
	if err := b.Do(ctx, nil); err != nil || filled.Err() != nil || held.Err() != nil {
		t.Fatal(err, filled.Err(), held.Err())
	}
	id, _ := role.Value()
	for property, where := range map[string]dataverse.Rows{
		"roleprivileges_association": dataverse.Where("name").Eq("prvReadAccount"), "systemuserroles_association": dataverse.Where("systemuserid").Eq(whoAmI(t).UserID),
	} {
		if _, err := dataverse.Related[dataverse.Row](asApp(), dataverse.RefTo("roles", id), property).First(ctx, where); err != nil {
			t.Errorf("behind %s: %v", property, err)
		}
	}
}

func privilege(t *testing.T, name string) string {
	t.Helper()
	row, err := dataverse.Table[dataverse.Row](asApp(), "privileges").First(t.Context(), dataverse.Where("name").Eq(name))
	if err != nil {
		t.Fatal(err)
	}
	return row.ID("privilegeid").String()
}

// Who is joined already stays so, and what stands behind in the batch is done all the same.
func TestAssociationsInBatches(t *testing.T) {
	ctx := t.Context()
	users := dataverse.Table[dataverse.Row](asApp(), "systemusers")
	accounts := dataverse.Table[Account](asApp(), "accounts")
	app := whoAmI(t).UserID
	id, err := dataverse.Table[dataverse.Row](asApp(), "roles").Create(ctx, newRole(t, "Joined twice"), nil)
	if err != nil {
		t.Fatal(err)
	}
	role := dataverse.RefTo("roles", id)
	b := asApp().Batch()
	var joined []*dataverse.Future[dataverse.Done]
	for range 3 {
		joined = append(joined, users.In(b).Associate(app, "systemuserroles_association", role))
	}
	behind := accounts.In(b).Create(Account{Name: "Behind"}, nil)
	if err := b.Do(ctx, nil); err != nil || behind.Err() != nil {
		t.Errorf("the batch: %v, what stands behind: %v", err, behind.Err())
	}
	for i, one := range joined {
		if one.Err() != nil {
			t.Errorf("association %d: %v", i, one.Err())
		}
	}
	b = asApp().Batch()
	again := users.In(b.ChangeSet()).Associate(app, "systemuserroles_association", role)
	if err := b.Do(ctx, nil); !errors.Is(err, dataverse.ErrConflict) || again.Err() == nil {
		t.Errorf("in a change set: %v, %v", err, again.Err())
	}
	b = asApp().Batch()
	parted := users.In(b).Disassociate(app, "systemuserroles_association", role)
	if err := b.Do(ctx, nil); err != nil || parted.Err() != nil {
		t.Error(err, parted.Err())
	}
	b = asApp().Batch()
	users.In(b).Disassociate(app, "systemuserroles_association", dataverse.RefTo("roles", dataverse.AltKey{"name": "x"}))
	dataverse.CallIn[struct{}](asApp(), b.ChangeSet(), dataverse.Function("WhoAmI", nil))
	if err := b.Do(ctx, nil); err == nil || !strings.Contains(err.Error(), "by id") || !strings.Contains(err.Error(), "that read") {
		t.Errorf("what is wrong was sent: %v", err)
	}
}

// Headers of the caller's replace those of the client, except for its token.
func TestDoSendsHeaders(t *testing.T) {
	ctx := t.Context()
	var answer *http.Response
	header := http.Header{"Prefer": {"return=representation"}, "x-ms-client-request-id": {"5a1f0000-0000-4000-8000-00000000abcd"}}
	var row dataverse.Row
	err := asApp().Do(policy.WithCaptureResponse(ctx, &answer), "POST", "accounts?$select=name", map[string]any{"name": "Raw"}, &row, &dataverse.DoOptions{Header: header})
	if err != nil || row.String("name") != "Raw" || answer.StatusCode != http.StatusCreated {
		t.Errorf("%v %v", row, err)
	}
	if got := answer.Request.Header.Values("X-Ms-Client-Request-Id"); len(got) != 1 || !strings.HasSuffix(got[0], "abcd") {
		t.Errorf("sent the request id %v", got)
	}
	err = asApp().Do(ctx, "GET", "WhoAmI", nil, nil, &dataverse.DoOptions{Header: http.Header{"authorization": {"Bearer x"}}})
	if err == nil || !strings.Contains(err.Error(), "Authorization") {
		t.Errorf("a token of the caller's was sent: %v", err)
	}
}

// A POST whose answer is lost is sent again only if the caller says that this does no harm.
func TestDoRepeats(t *testing.T) {
	for repeatable, want := range map[bool]int{false: 1, true: 2} {
		sent := 0
		c := dial("contoso-app", "contoso", transport(func(r *http.Request) (*http.Response, error) {
			if sent++; sent == 1 && r.Method == "POST" {
				return nil, errCut
			}
			return trust.Do(r)
		}))
		err := c.Do(t.Context(), "POST", "accounts", map[string]any{"name": "Lost"}, nil, &dataverse.DoOptions{Repeatable: repeatable})
		if sent != want || (err == nil) != repeatable {
			t.Errorf("repeatable %t: sent %d times, %v", repeatable, sent, err)
		}
	}
}
