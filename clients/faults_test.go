package clients

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"github.com/stead-s2s/stead/operator"
)

// inject orders a fault and clears it when the test is over.
func inject(t *testing.T, o operator.Order) {
	t.Helper()
	f, err := desk.Inject(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = desk.Clear(context.Background(), f.ID) }) // most have ended by then
}

// counting counts the tries of a client by the status they got; 0 is none.
type counting struct {
	client *http.Client
	tries  []int
}

func (c *counting) Do(r *http.Request) (*http.Response, error) {
	answer, err := c.client.Do(r)
	status := 0
	if err == nil {
		status = answer.StatusCode
	}
	if strings.Contains(r.URL.Path, "/token") || strings.Contains(r.URL.Path, "/api/data/") {
		c.tries = append(c.tries, status)
	}
	return answer, err
}

// quick retries as azcore does, without waiting where nobody says how long.
var quick = policy.RetryOptions{RetryDelay: time.Millisecond}

func credential(t *testing.T, via *counting) azcore.TokenCredential {
	t.Helper()
	app, _ := world.App("contoso-app")
	options := &azidentity.ClientSecretCredentialOptions{ClientOptions: clientOptions(via.client), DisableInstanceDiscovery: true}
	options.Transport, options.Retry = via, quick
	c, err := azidentity.NewClientSecretCredential(app.TenantID, app.ClientID, app.Secret, options)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// azidentity waits as long as the authority says, and tries again after transient errors.
func TestAzidentityRecovers(t *testing.T) {
	for name, c := range map[string]struct {
		order operator.Order
		waits time.Duration
		tries string
	}{
		"429":  {operator.Order{Kind: "throttle", Count: 1, RetryAfter: operator.Duration(time.Second)}, time.Second, "[429 200]"},
		"503":  {operator.Order{Kind: "error", Status: 503, Count: 2}, 0, "[503 503 200]"},
		"drop": {operator.Order{Kind: "drop", Count: 1}, 0, "[0 200]"},
	} {
		t.Run(name, func(t *testing.T) {
			c.order.Authority, c.order.App, c.order.Method = true, "contoso-app", http.MethodPost
			inject(t, c.order)
			via := &counting{client: trusting(t)}
			environment, _ := world.Environment("contoso")
			begun := time.Now()
			token, err := credential(t, via).GetToken(t.Context(), policy.TokenRequestOptions{Scopes: []string{environment.URL + "/.default"}})
			if err != nil {
				t.Fatal(err)
			}
			if fmt.Sprint(via.tries) != c.tries || time.Since(begun) < c.waits {
				t.Errorf("tries %v in %s", via.tries, time.Since(begun))
			}
			wantMe(t, whoAmI(t, via.client, environment.URL, token.Token))
		})
	}
}

// call sends through a pipeline of azcore's, as its SDKs do.
// Rows are made where no other witness counts them.
func call(t *testing.T, via *counting, method string) (*http.Response, error) {
	t.Helper()
	environment, _ := world.Environment("contoso-test")
	bearer := runtime.NewBearerTokenPolicy(credential(t, &counting{client: via.client}), []string{environment.URL + "/.default"}, nil)
	pipeline := runtime.NewPipeline("witness", "1.0.0", runtime.PipelineOptions{PerRetry: []policy.Policy{bearer}},
		&policy.ClientOptions{Transport: via, Retry: quick})
	path := "/api/data/v9.2/WhoAmI"
	if method == http.MethodPost {
		path = "/api/data/v9.2/accounts"
	}
	r, err := runtime.NewRequest(t.Context(), method, environment.URL+path)
	if err != nil {
		t.Fatal(err)
	}
	if method == http.MethodPost {
		if err := runtime.MarshalAsJSON(r, map[string]string{"name": "Faulty"}); err != nil {
			t.Fatal(err)
		}
	}
	return pipeline.Do(r)
}

// A pipeline of azcore's recovers from what may be tried again. It also repeats a POST
// whose answer was lost, and makes two rows: what the fault is there to show.
func TestAzcoreRecovers(t *testing.T) {
	for name, c := range map[string]struct {
		order  operator.Order
		method string
		waits  time.Duration
		tries  string
		fails  bool
	}{
		"429":       {operator.Order{Kind: "throttle", Count: 1, RetryAfter: operator.Duration(time.Second)}, "GET", time.Second, "[429 200]", false},
		"429, time": {operator.Order{Kind: "throttle", Limit: "time", Count: 2}, "GET", 0, "[429 429 200]", false},
		"503":       {operator.Order{Kind: "error", Status: 503, Count: 2}, "GET", 0, "[503 503 200]", false},
		"drop":      {operator.Order{Kind: "drop", Count: 1}, "GET", 0, "[0 200]", false},
		"cut":       {operator.Order{Kind: "cut", Count: 1}, "GET", 0, "[200 200]", false},
		"for ever":  {operator.Order{Kind: "throttle"}, "GET", 0, "[429 429 429 429]", false},
		"cut, POST": {operator.Order{Kind: "cut", Method: "POST", Count: 1}, "POST", 0, "[0 204]", false},
	} {
		t.Run(name, func(t *testing.T) {
			c.order.App = "contoso-app"
			inject(t, c.order)
			via := &counting{client: trusting(t)}
			begun := time.Now()
			answer, err := call(t, via, c.method)
			if fmt.Sprint(via.tries) != c.tries || time.Since(begun) < c.waits || (err != nil) != c.fails {
				t.Fatalf("tries %v in %s, %v", via.tries, time.Since(begun), err)
			}
			if last := via.tries[len(via.tries)-1]; err == nil && answer.StatusCode != last {
				t.Errorf("answered %d", answer.StatusCode)
			}
			if len(via.tries) == 4 {
				wantThrottled(t, runtime.NewResponseError(answer))
			}
		})
	}
}

// wantThrottled checks what a caller of azcore's gets in the end.
func wantThrottled(t *testing.T, err error) {
	t.Helper()
	var refused *azcore.ResponseError
	if !errors.As(err, &refused) || refused.StatusCode != 429 || refused.ErrorCode != "0x80072322" {
		t.Errorf("got %v", err)
	}
}

func TestDynamicsWebAPISeesThrottling(t *testing.T) {
	inject(t, operator.Order{Kind: "throttle", App: "contoso-app", Environment: "contoso-test", Count: 2, RetryAfter: operator.Duration(time.Second)})
	got := by(lines(t, variables(t, "contoso-app", "contoso-test"), "node", "node/faults.mjs"), "step")
	saw := fmt.Sprint(got["throttled"]["value"])
	for _, part := range []string{"status:429", "code:0x80072322", "retryAfter:1", "message:Number of requests exceeded the limit of 6000 over time window of 300 seconds."} {
		if !strings.Contains(saw, part) {
			t.Errorf("the caller sees %s, not %s", saw, part)
		}
	}
	me, _ := got["recovered"]["value"].(map[string]any)
	if me["OrganizationId"] == nil || got["waits"]["value"] != 1.0 {
		t.Errorf("recovered as %v after %v waits", me, got["waits"]["value"])
	}
}
