package authority_test

import (
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stead-s2s/stead/authority"
	"github.com/stead-s2s/stead/authority/internal/ticket"
)

// connections is how many clients ask at once, each one request after the other on a
// connection of its own that it keeps. The clients' work is on the same processors as the
// authority's, and is in the figures.
const connections = 16

// errand is one request and its answer.
type errand func() error

// connection is a client that keeps one connection, HTTP/1.1: over HTTP/2 all would share one.
func (w *world) connection(b *testing.B) *http.Client {
	roots := w.client.Transport.(*http.Transport).TLSClientConfig.RootCAs
	t := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, MaxConnsPerHost: 1, DisableCompression: true}
	b.Cleanup(t.CloseIdleConnections)
	return &http.Client{Transport: t}
}

// load runs errands on all connections, each opened by a first one that is not counted.
func load(b *testing.B, w *world, unit string, prepare func(*http.Client) errand) {
	var errands [connections]errand
	for i := range errands {
		errands[i] = prepare(w.connection(b))
		if err := errands[i](); err != nil {
			b.Fatal(err)
		}
	}
	var began atomic.Int32
	var took [connections][]time.Duration
	processors := runtime.GOMAXPROCS(0)
	b.SetParallelism((connections + processors - 1) / processors)
	b.ResetTimer()
	b.RunParallel(func(p *testing.PB) {
		if i := began.Add(1) - 1; i < connections { // the rest is of rounding up
			took[i] = timed(b, p, errands[i])
		}
	})
	b.StopTimer()
	report(b, unit, slices.Concat(took[:]...))
}

func timed(b *testing.B, p *testing.PB, e errand) (took []time.Duration) {
	for p.Next() {
		began := time.Now()
		if err := e(); err != nil {
			b.Error(err)
			return took
		}
		took = append(took, time.Since(began))
	}
	return took
}

// report says how many errands a second were done, and how long half of them and all but a
// hundredth took at most.
func report(b *testing.B, unit string, took []time.Duration) {
	b.ReportMetric(float64(len(took))/b.Elapsed().Seconds(), unit)
	slices.Sort(took)
	for _, percent := range []int{50, 99} {
		if n := len(took); n > 0 {
			b.ReportMetric(took[(n*percent-1)/100].Seconds()*1000, fmt.Sprintf("p%d-ms", percent))
		}
	}
}

// answered is the body of an answer that is 200.
func answered(r *http.Response, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err == nil && r.StatusCode != http.StatusOK {
		err = fmt.Errorf("answered %d: %s", r.StatusCode, body)
	}
	return body, err
}

// tokens posts a token request.
func tokens(c *http.Client, address, body string) ([]byte, error) {
	return answered(c.Post(address, "application/x-www-form-urlencoded", strings.NewReader(body)))
}

// loadTokens is the same token request again and again.
func loadTokens(b *testing.B, w *world, form url.Values) {
	body := form.Encode()
	load(b, w, "tokens/s", func(c *http.Client) errand {
		return func() error {
			_, err := tokens(c, w.url+v2, body)
			return err
		}
	})
}

// BenchmarkSecret16 is clients with secrets, each answered with a token of its own.
func BenchmarkSecret16(b *testing.B) { loadTokens(b, start(b), form()) }

// BenchmarkReuse16 is the same with Config.TokenReuse on.
func BenchmarkReuse16(b *testing.B) {
	loadTokens(b, start(b, func(c *authority.Config) { c.TokenReuse = 5 * time.Minute }), form())
}

// BenchmarkCertificate16 is clients that send one assertion again and again, as they do for
// ten minutes.
func BenchmarkCertificate16(b *testing.B) {
	w := start(b)
	loadTokens(b, w, form("client_secret", "", "client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
		"client_assertion", assertion(b, w.url+v2)))
}

// BenchmarkRefresh16 is people's applications, each of which exchanges the refresh token
// that it got last: a write for each.
func BenchmarkRefresh16(b *testing.B) {
	w := start(b, signsIn)
	load(b, w, "tokens/s", func(c *http.Client) errand {
		token, err := w.Tickets().IssueRefresh(b.Context(), ticket.Family{Tenant: contoso, App: shop, User: ada, Scopes: []string{dataverse + "/.default"}, AuthTime: time.Now()})
		if err != nil {
			b.Fatal(err)
		}
		return func() (err error) {
			token, err = refreshed(c, w.url+v2, token)
			return err
		}
	})
}

// refreshed exchanges a refresh token for the next one.
func refreshed(c *http.Client, address, token string) (string, error) {
	body, err := tokens(c, address, form("grant_type", "refresh_token", "client_id", shop, "refresh_token", token).Encode())
	if err != nil {
		return "", err
	}
	var answer struct {
		Refresh string `json:"refresh_token"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return "", err
	}
	if answer.Refresh == "" || answer.Refresh == token {
		return "", fmt.Errorf("no new refresh token: %s", body)
	}
	return answer.Refresh, nil
}

// BenchmarkSignInPage16 is people who are to sign in, none of whom is known yet.
func BenchmarkSignInPage16(b *testing.B) {
	w := start(b, withPortal)
	address := w.url + "/common/oauth2/v2.0/authorize?" + url.Values{
		"client_id": {portal}, "redirect_uri": {comeBack}, "response_type": {"code"}, "scope": {"openid profile"}, "state": {"s"}, "nonce": {"n"},
	}.Encode()
	load(b, w, "pages/s", func(c *http.Client) errand {
		return func() error {
			page, err := answered(c.Get(address))
			if err == nil && !flowField.Match(page) {
				err = fmt.Errorf("not the sign-in page: %s", page)
			}
			return err
		}
	})
}
