package steadtest_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stead-s2s/stead"
	"github.com/stead-s2s/stead/dataverse"
	"github.com/stead-s2s/stead/steadtest"
)

// What follows is the code of docs/testing.md, which TestGuide holds to it.

type Account struct {
	ID     dataverse.ID `dv:"accountid,key"`
	Name   string       `dv:"name"`
	Number string       `dv:"accountnumber"`
}

// importOrders is the code under test.
func importOrders(ctx context.Context, c *dataverse.Client, numbers ...string) error {
	accounts := dataverse.Table[Account](c, "accounts")
	for _, number := range numbers {
		if _, err := accounts.Create(ctx, Account{Name: "Customer " + number, Number: number}, nil); err != nil {
			return err
		}
	}
	return nil
}

func TestImport(t *testing.T) {
	t.Parallel()
	w := steadtest.Start(t, nil)
	if err := importOrders(t.Context(), w.Client(t, "contoso-load"), "A-1", "A-2"); err != nil {
		t.Fatal(err)
	}
	w.AssertRows(t, "accounts?$select=name&$filter=startswith(accountnumber,'A-')",
		steadtest.Row{"name": "Customer A-1"},
		steadtest.Row{"name": "Customer A-2"})
	w.AssertRequests(t, 2, "POST accounts")
}

func TestImportNeedsItsRole(t *testing.T) {
	t.Parallel()
	w := steadtest.Start(t, &steadtest.Options{Seed: steadtest.Seed{
		Roles: []steadtest.SeedRole{{Name: "Order Import", Privileges: map[string]string{"prvCreateAccount": "Basic"}}},
		Apps:  []steadtest.SeedApp{{Name: "order-import", Roles: []string{"Order Import"}}, {Name: "no-role"}},
	}})
	if err := importOrders(t.Context(), w.Client(t, "order-import"), "A-1"); err != nil {
		t.Error(err)
	}
	w.AssertPrivilegesUsed(t, "order-import", "prvCreateAccount")

	err := importOrders(t.Context(), w.Client(t, "no-role"), "A-2")
	if !errors.Is(err, dataverse.ErrForbidden) {
		t.Errorf("without a role: %v", err)
	}
}

func TestImportIsThrottled(t *testing.T) {
	t.Parallel()
	w := steadtest.Start(t, nil)
	w.Faults.Throttle(t, 2, time.Second) // the next two requests: 429, Retry-After: 1
	w.Faults.Cut(t, 1)                   // the third is carried out, and its answer lost
	if err := importOrders(t.Context(), w.Client(t, "contoso-load"), "A-1"); err != nil {
		t.Fatal(err)
	}
	w.AssertRows(t, "accounts?$select=name&$filter=accountnumber eq 'A-1'", steadtest.Row{"name": "Customer A-1"})
}

func TestImportTheNextDay(t *testing.T) {
	t.Parallel()
	w := steadtest.Start(t, nil)
	client := w.Client(t, "contoso-load")
	if err := importOrders(t.Context(), client, "A-1"); err != nil {
		t.Fatal(err)
	}
	w.Clock.Freeze(t, time.Date(2031, 5, 6, 12, 0, 0, 0, time.UTC))
	w.Faults.ExpireSecret(t, "contoso-load")
	err := importOrders(t.Context(), w.Client(t, "contoso-load"), "A-2")
	if !errors.Is(err, dataverse.ErrUnauthorized) {
		t.Errorf("with a token of years ago and an expired secret: %v", err)
	}
}

func TestImportOnBehalf(t *testing.T) {
	t.Parallel()
	w := steadtest.Start(t, nil)
	if err := importOrders(t.Context(), w.As(t, "ben"), "A-1"); err != nil {
		t.Fatal(err)
	}
	w.AssertRows(t, "accounts?$select=_ownerid_value&$filter=accountnumber eq 'A-1'",
		steadtest.Row{"_ownerid_value": w.Person("ben").SystemUsers[0].SystemUserID})
}

func TestImportAsksForCredit(t *testing.T) {
	t.Parallel()
	w := steadtest.Start(t, nil)
	w.CustomAPI(t, steadtest.CustomAPI{
		Name: "new_CheckCredit", Table: "account",
		Request:  []steadtest.CustomAPIMember{{Name: "Amount", Type: "Money"}},
		Response: []steadtest.CustomAPIMember{{Name: "Granted", Type: "Boolean"}},
		Answer: func(_ context.Context, c stead.CustomAPICall) (map[string]any, error) {
			if c.Parameters["Amount"].(float64) > 1000 {
				return nil, errors.New("the limit is 1000")
			}
			return map[string]any{"Granted": true}, nil
		},
	})
	client := w.Client(t, "contoso-load")
	id, err := dataverse.Table[Account](client, "accounts").Create(t.Context(), Account{Name: "Customer"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	check := func(amount float64) (granted bool, err error) {
		answer, err := dataverse.Call[struct{ Granted bool }](t.Context(), client,
			dataverse.Action("new_CheckCredit", dataverse.Params{"Amount": amount}).On(dataverse.RefTo("accounts", id)))
		return answer.Granted, err
	}
	if granted, err := check(10); !granted || err != nil {
		t.Errorf("10: %v %v", granted, err)
	}
	if _, err := check(1001); err == nil || !strings.Contains(err.Error(), "the limit is 1000") {
		t.Errorf("1001: %v", err)
	}
}

// TestGuide finds every piece of Go of the guide in this file, which runs it.
func TestGuide(t *testing.T) {
	guide, err := os.ReadFile("../docs/testing.md")
	if err != nil {
		t.Fatal(err)
	}
	seeds, err := os.ReadFile("testdata/orders.yaml")
	if err != nil {
		t.Fatal(err)
	}
	code, err := os.ReadFile("guide_test.go")
	if err != nil {
		t.Fatal(err)
	}
	for language, source := range map[string]string{"go": string(code), "yaml": string(seeds)} {
		blocks := strings.Split(string(guide), "```"+language+"\n")[1:]
		if len(blocks) == 0 {
			t.Errorf("the guide has no %s", language)
		}
		for _, block := range blocks {
			text, _, _ := strings.Cut(block, "```")
			if !strings.Contains(source, text) {
				t.Errorf("this is not what the tests run:\n%s", text)
			}
		}
	}
}
