package clients

import (
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"github.com/stead-s2s/stead"
)

// inSmallWorld runs a test in a world of its own with small limits. Clients wait by the
// machine's clock, so the windows are short.
func inSmallWorld(t *testing.T, limits string) {
	t.Helper()
	system, err := stead.Start(t.Context(), stead.Config{Ephemeral: true, Limits: limits})
	if err != nil {
		t.Fatal(err)
	}
	usual := world
	world = system.World
	t.Cleanup(func() {
		world = usual
		if err := system.Close(); err != nil {
			t.Error(err)
		}
	})
}

// A pipeline of azcore's meets a limit and recovers by Retry-After alone: one try is
// refused, and the one after the wait is let in.
func TestAzcoreHonoursTheLimits(t *testing.T) {
	inSmallWorld(t, "requests=2 window=2s")
	via := &counting{client: trusting(t)}
	environment, _ := world.Environment("contoso")
	bearer := runtime.NewBearerTokenPolicy(credential(t, &counting{client: via.client}), []string{environment.URL + "/.default"}, nil)
	pipeline := runtime.NewPipeline("witness", "1.0.0", runtime.PipelineOptions{PerRetry: []policy.Policy{bearer}},
		&policy.ClientOptions{Transport: via, Retry: quick})
	begun := time.Now()
	for i := range 5 {
		r, err := runtime.NewRequest(t.Context(), http.MethodGet, environment.URL+"/api/data/v9.2/WhoAmI")
		if err != nil {
			t.Fatal(err)
		}
		answer, err := pipeline.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			t.Fatalf("request %d: %s %s", i, answer.Status, body)
		}
	}
	if got := fmt.Sprint(via.tries); got != "[200 200 429 200 200 429 200]" {
		t.Errorf("tries: %s", got)
	}
	if took := time.Since(begun); took < 4*time.Second {
		t.Errorf("five requests took %s at two in two seconds", took)
	}
}

// Workers that wait as they are told do all of their work, and none of it twice.
func TestDynamicsWebAPIHonoursTheLimits(t *testing.T) {
	inSmallWorld(t, "requests=6 window=2s concurrent=3")
	got := lines(t, variables(t, "contoso-app", "contoso"), "node", "node/limits.mjs")[0]
	refused, _ := got["refused"].(map[string]any)
	if got["rows"] != 10.0 || refused["0x80072322"] == nil {
		t.Errorf("%v", got)
	}
	for code := range refused {
		if code != "0x80072322" && code != "0x80072326" {
			t.Errorf("refused with %s", code)
		}
	}
}
