package dataverse_test

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// unreliable is a way to the server on which a share of requests ends badly, at random but the same
// way each time.
type unreliable struct {
	to    policy.Transporter
	share float64 // of requests that end badly
	only  string  // path suffix of requests that may; empty: all

	mu       sync.Mutex
	random   *rand.Rand
	requests atomic.Int64
	hurt     atomic.Int64
}

func badly(to policy.Transporter, share float64, only string) *unreliable {
	return &unreliable{to: to, share: share, only: only, random: rand.New(rand.NewPCG(1, 2))}
}

// errCut is what a connection ends with that somebody cut.
var errCut = errors.New("connection reset by peer")

func (u *unreliable) Do(r *http.Request) (*http.Response, error) {
	u.requests.Add(1)
	how, where := u.roll(r)
	if how < 0 {
		return u.to.Do(r)
	}
	u.hurt.Add(1)
	switch how {
	case 0:
		return refusal(r, http.StatusTooManyRequests, "0.01", `{"error":{"code":"0x80072322","message":"Number of requests exceeded the limit of 6000 over time window of 300 seconds."}}`), nil
	case 1:
		return refusal(r, http.StatusServiceUnavailable, "", "<html>no server</html>"), nil
	case 2: // never arrives
		return nil, errCut
	}
	answer, err := u.to.Do(r)
	if err != nil || how == 3 {
		if err == nil {
			answer.Body.Close()
			err = errCut
		}
		return nil, err
	}
	body, err := io.ReadAll(answer.Body)
	answer.Body.Close()
	answer.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body[:int(float64(len(body))*where)]), broken{}))
	answer.ContentLength = -1
	return answer, err
}

// roll gives how a request ends, negative for well, and where in its answer.
func (u *unreliable) roll(r *http.Request) (how int, where float64) {
	if u.only != "" && !bytes.HasSuffix([]byte(r.URL.Path), []byte(u.only)) {
		return -1, 0
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.random.Float64() >= u.share {
		return -1, 0
	}
	return u.random.IntN(5), u.random.Float64()
}

func refusal(r *http.Request, status int, after, body string) *http.Response {
	h := http.Header{"Content-Type": {"application/json"}}
	if after != "" {
		h.Set("Retry-After", after)
	}
	return &http.Response{StatusCode: status, Status: http.StatusText(status), Header: h, Body: io.NopCloser(bytes.NewReader([]byte(body))), Request: r, ProtoMajor: 1, ProtoMinor: 1}
}

// broken is the rest of an answer that was cut off.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
