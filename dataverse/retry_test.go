package dataverse_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/stead-s2s/stead/dataverse"
	"github.com/stead-s2s/stead/operator"
)

// inject orders a fault in the environment that tests of faults have to themselves.
func inject(t *testing.T, o operator.Order) {
	t.Helper()
	o.Environment, o.App = "contoso-test", "contoso-app"
	f, err := desk.Inject(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = desk.Clear(context.Background(), f.ID) })
}

// faulty is a client of the environment that has the faults.
func faulty(via policy.Transporter) *dataverse.Client {
	return dial("contoso-app", "contoso-test", via)
}

// counting counts the tries of requests that match.
type counting struct {
	mu    sync.Mutex
	tries []string
}

func (c *counting) Do(r *http.Request) (*http.Response, error) {
	c.mu.Lock()
	c.tries = append(c.tries, r.Method)
	c.mu.Unlock()
	return trust.Do(r)
}

// A create whose answer was lost is sent again and makes one row: the client chose its id.
func TestLostCreateMakesOneRow(t *testing.T) {
	for kind, status := range map[string]int{"cut": 0, "drop": 0, "error": 500} {
		t.Run(kind, func(t *testing.T) {
			ctx := t.Context()
			accounts := dataverse.Table[Account](faulty(nil), "accounts")
			name := "Lost " + kind
			inject(t, operator.Order{Kind: kind, Status: status, Count: 2, Method: "POST"})
			id, err := accounts.Create(ctx, Account{Name: name}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if n, err := accounts.Count(ctx, dataverse.Where("name").Eq(name)); err != nil || n != 1 {
				t.Errorf("%d rows: %v", n, err)
			}
			if _, err := accounts.Get(ctx, id, nil); err != nil {
				t.Error(err)
			}
		})
	}
}

// Where the server chooses the id, a create whose answer was lost is not repeated: azcore by itself would
// make two rows.
func TestLostCreateIsNotRepeated(t *testing.T) {
	ctx := t.Context()
	accounts := dataverse.Table[Account](faulty(nil), "accounts")
	inject(t, operator.Order{Kind: "cut", Count: 1, Method: "POST"})
	if _, err := accounts.Create(ctx, Account{Name: "Server's"}, &dataverse.CreateOptions{ServerChoosesID: true}); err == nil {
		t.Error("nobody can know that it was made")
	}
	if n, err := accounts.Count(ctx, dataverse.Where("name").Eq("Server's")); err != nil || n > 1 {
		t.Errorf("%d rows: %v", n, err)
	}
}

// Being throttled says that nothing was done: every request is retried, as late as the server asks.
func TestThrottledIsRetried(t *testing.T) {
	accounts := dataverse.Table[Account](faulty(nil), "accounts")
	inject(t, operator.Order{Kind: "throttle", Count: 1, RetryAfter: operator.Duration(time.Second), Method: "POST"})
	begun := time.Now()
	if _, err := accounts.Create(t.Context(), Account{Name: "Patient"}, &dataverse.CreateOptions{ServerChoosesID: true}); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(begun); took < time.Second {
		t.Errorf("retried after %s", took)
	}
}

// A wait beyond a minute is waited for, where azcore by itself gives up; but not where it cannot end in time.
func TestLongWaits(t *testing.T) {
	inject(t, operator.Order{Kind: "throttle", RetryAfter: operator.Duration(200 * time.Second), Path: "/api/data/"})
	via := &counting{}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { _, err := faulty(via).WhoAmI(ctx); done <- err }()
	for via.count() == 0 { // the token is there and the first try was made
		time.Sleep(time.Millisecond)
	}
	select {
	case err := <-done:
		t.Fatalf("did not wait: %v", err)
	case <-time.After(50 * time.Millisecond):
	}
	begun := time.Now()
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) || time.Since(begun) > time.Second {
		t.Errorf("canceled after %s: %v", time.Since(begun), err)
	}
	short, end := context.WithTimeout(t.Context(), 20*time.Second)
	defer end()
	begun = time.Now()
	_, err := faulty(nil).WhoAmI(short)
	var refused *dataverse.Error
	if !errors.Is(err, dataverse.ErrThrottled) || !errors.As(err, &refused) || refused.RetryAfter != 200*time.Second || time.Since(begun) > 5*time.Second {
		t.Errorf("after %s: %v", time.Since(begun), err)
	}
}

func (c *counting) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.tries)
}

// A delete whose answer was lost has deleted: the next try finds nothing, and that is success.
func TestLostDelete(t *testing.T) {
	ctx := t.Context()
	accounts := dataverse.Table[Account](faulty(nil), "accounts")
	id, err := accounts.Create(ctx, Account{Name: "Short"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	lose := &losing{method: "DELETE"}
	if err := dataverse.Table[Account](faulty(lose), "accounts").Delete(ctx, id, nil); err != nil || lose.lost != 1 {
		t.Errorf("lost %d: %v", lose.lost, err)
	}
	if err := accounts.Delete(ctx, id, nil); !errors.Is(err, dataverse.ErrNotFound) {
		t.Errorf("a row that was never there: %v", err)
	}
}

// losing loses the first answer to a method, after the server carried the request out.
type losing struct {
	method string
	lost   int
}

func (l *losing) Do(r *http.Request) (*http.Response, error) {
	answer, err := trust.Do(r)
	if err != nil || r.Method != l.method || l.lost > 0 || strings.Contains(r.URL.Path, "/token") {
		return answer, err
	}
	l.lost++
	answer.Body.Close()
	return nil, errors.New("the connection was reset")
}

// A conditional update is sent once: after a lost answer a second one would meet its own first as a conflict.
func TestConditionalUpdateIsSentOnce(t *testing.T) {
	ctx := t.Context()
	accounts := dataverse.Table[Account](faulty(nil), "accounts")
	id, err := accounts.Create(ctx, Account{Name: "Once"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	row, err := accounts.Get(ctx, id, nil)
	if err != nil {
		t.Fatal(err)
	}
	lossy := dataverse.Table[Account](faulty(&losing{method: "PATCH"}), "accounts")
	err = lossy.Update(ctx, id, Account{Name: "Twice"}, &dataverse.UpdateOptions{IfMatch: row.ETag})
	if err == nil || errors.Is(err, dataverse.ErrConflict) {
		t.Errorf("%v", err)
	}
	// A create whose answer was lost by the network meets its own row, which it takes for success.
	made, err := dataverse.Table[Account](faulty(&losing{method: "POST"}), "accounts").Create(ctx, Account{Name: "Own"}, nil)
	if err != nil || made.IsZero() {
		t.Errorf("%s %v", made, err)
	}
}

// Somebody else's row with the id is no success.
func TestTakenIDIsRefused(t *testing.T) {
	ctx := t.Context()
	accounts := dataverse.Table[Account](faulty(nil), "accounts")
	id, err := accounts.Create(ctx, Account{Name: "First"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := accounts.Create(ctx, Account{ID: id, Name: "Second"}, nil); !errors.Is(err, dataverse.ErrDuplicate) || !errors.Is(err, dataverse.ErrConflict) {
		t.Errorf("%v", err)
	}
}

// What never reached a server is retried, and a certificate that nobody signed is not.
func TestHopelessIsNotRetried(t *testing.T) {
	via := &untrusted{}
	c, err := dataverse.NewClientWithNoCredential(environmentURL("contoso"), &dataverse.ClientOptions{
		ClientOptions: azcore.ClientOptions{Transport: via, Retry: quick},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.WhoAmI(t.Context()); err == nil || via.tries != 1 {
		t.Errorf("%d tries: %v", via.tries, err)
	}
}

type untrusted struct{ tries int }

func (u *untrusted) Do(r *http.Request) (*http.Response, error) {
	u.tries++
	return (&http.Client{Transport: &http.Transport{}}).Do(r)
}
