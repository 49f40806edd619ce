package oidc

import (
	"fmt"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stead-s2s/stead/internal/oidc/oidctest"
)

// callers is how many verify at once.
const callers = 16

// forgetful is a verifier that remembers one token only, and for each caller two tokens:
// who sends them in turns has each of them checked in full.
func forgetful(b *testing.B) (*Verifier, [callers][2]string) {
	issuer := oidctest.Start(b)
	v, err := New(Config{
		Issuers:   []Issuer{{Metadata: issuer.Metadata(), Version: "1.0", Tenants: []string{"t"}}},
		Audiences: []string{"https://org.crm.example"}, Client: issuer.Client(), Now: time.Now,
	})
	if err != nil {
		b.Fatal(err)
	}
	v.passed = newMemory(1, 0)
	var tokens [callers][2]string
	now := time.Now()
	for i := range 2 * callers {
		tokens[i/2][i%2] = issuer.Sign(b, map[string]any{
			"iss": issuer.Name, "aud": "https://org.crm.example", "tid": "t", "ver": "1.0", "idtyp": "app", "appid": "a", "appidacr": "1",
			"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(time.Hour).Unix(), "oid": "o", "sub": "o", "uti": fmt.Sprint(i),
		})
	}
	return v, tokens
}

// BenchmarkVerify16 is the first sight of a token: signature and claims. Callers do nothing
// else, so p99 is how long one waits while others have the processors.
func BenchmarkVerify16(b *testing.B) {
	v, tokens := forgetful(b)
	if _, err := v.Verify(b.Context(), tokens[0][0]); err != nil { // fetches the keys
		b.Fatal(err)
	}
	var began atomic.Int32
	var took [callers][]time.Duration
	processors := runtime.GOMAXPROCS(0)
	b.SetParallelism((callers + processors - 1) / processors)
	b.ResetTimer()
	b.RunParallel(func(p *testing.PB) {
		if i := began.Add(1) - 1; i < callers { // the rest is of rounding up
			took[i] = verifyInTurns(b, p, v, tokens[i])
		}
	})
	b.StopTimer()
	all := slices.Concat(took[:]...)
	slices.Sort(all)
	b.ReportMetric(float64(len(all))/b.Elapsed().Seconds(), "verifications/s")
	for _, percent := range []int{50, 99} {
		if n := len(all); n > 0 {
			b.ReportMetric(all[(n*percent-1)/100].Seconds()*1000, fmt.Sprintf("p%d-ms", percent))
		}
	}
}

func verifyInTurns(b *testing.B, p *testing.PB, v *Verifier, tokens [2]string) (took []time.Duration) {
	for n := 0; p.Next(); n++ {
		began := time.Now()
		if _, err := v.Verify(b.Context(), tokens[n%2]); err != nil {
			b.Error(err)
			return took
		}
		took = append(took, time.Since(began))
	}
	return took
}
