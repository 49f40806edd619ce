package dataverse

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
)

// Governor keeps the requests of application users under the service protection limits, so that the
// server need not refuse any. Clients that share one, through [ClientOptions], share the budget of each
// user. [NewGovernor] makes one for a process; package redisgovernor has one for many.
type Governor interface {
	// Enter waits until a request of a user may be sent, or until the context ends. The user is a name of
	// an application user in an environment. Leave must be called once, when the answer is there.
	Enter(ctx context.Context, user string) (leave func(Sent), err error)
}

// Limit is one of the service protection limits:
// https://learn.microsoft.com/power-apps/developer/data-platform/api-limits.
type Limit string

// The limits of one user at one web server, and what they are unless the environment has others.
const (
	LimitRequests   Limit = "requests"   // 6,000 within five minutes
	LimitTime       Limit = "time"       // 20 minutes of execution within five minutes
	LimitConcurrent Limit = "concurrent" // 52 at once
)

// Sent is what a governor learns from a request.
type Sent struct {
	Took     time.Duration // from sending to the answer
	Answered bool          // false if there was no answer
	// Throttled is the limit for which the server refused the request, empty if it did not.
	Throttled  Limit
	RetryAfter time.Duration // that the server asked for

	// What the server says is left of the window, negative if it says nothing.
	RemainingRequests int64
	RemainingTime     time.Duration
}

// GovernorOptions say what to begin with. What the server tells with each answer corrects it.
type GovernorOptions struct {
	Requests   int64         // within a window; 6,000
	Time       time.Duration // of execution within a window; 20 minutes
	Concurrent int           // requests at once; 52
	Window     time.Duration // 5 minutes
}

// WithDefaults gives the options with what is zero filled in.
func (o *GovernorOptions) WithDefaults() GovernorOptions {
	all := GovernorOptions{Requests: 6000, Time: 20 * time.Minute, Concurrent: 52, Window: 5 * time.Minute}
	if o == nil {
		return all
	}
	if o.Requests > 0 {
		all.Requests = o.Requests
	}
	if o.Time > 0 {
		all.Time = o.Time
	}
	if o.Concurrent > 0 {
		all.Concurrent = o.Concurrent
	}
	if o.Window > 0 {
		all.Window = o.Window
	}
	return all
}

// NewGovernor makes a governor for this process. It counts what each user sends, believes what the server
// says is left, keeps a twentieth back for what others may send as the same user, and after a refusal
// lets nobody through until the server's time is up. Who waits and is cancelled leaves at once.
func NewGovernor(o *GovernorOptions) Governor {
	return &governor{options: o.WithDefaults(), users: map[string]*ledger{}}
}

type governor struct {
	options GovernorOptions
	mu      sync.Mutex
	users   map[string]*ledger
}

// Enter implements Governor.
func (g *governor) Enter(ctx context.Context, user string) (func(Sent), error) {
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		g.mu.Lock()
		l := g.users[user]
		if l == nil {
			l = newLedger(g.options)
			g.users[user] = l
		}
		now := time.Now()
		wait, changed := l.enter(now), l.changed
		g.mu.Unlock()
		if wait == 0 {
			return once1(func(s Sent) { g.leave(l, now, s) }), nil
		}
		if err := await(ctx, wait, changed); err != nil {
			return nil, err
		}
	}
}

// once1 makes a function of which calls after the first do nothing.
func once1(leave func(Sent)) func(Sent) {
	var once sync.Once
	return func(s Sent) { once.Do(func() { leave(s) }) }
}

func (g *governor) leave(l *ledger, entered time.Time, s Sent) {
	g.mu.Lock()
	defer g.mu.Unlock()
	l.leave(entered, time.Now(), s)
	close(l.changed)
	l.changed = make(chan struct{})
}

// await waits for a time, a change or the end.
func await(ctx context.Context, d time.Duration, changed <-chan struct{}) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-changed:
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}

// governed is the policy that asks the governor before each attempt.
type governed struct {
	governor Governor
	host     string
	last     atomic.Pointer[tokenUser]
}

// tokenUser is whom a token stands for.
type tokenUser struct{ authorization, user string }

// Do implements policy.Policy.
func (g *governed) Do(r *policy.Request) (*http.Response, error) {
	leave, err := g.governor.Enter(r.Raw().Context(), g.user(r.Raw()))
	if err != nil {
		return nil, final{err}
	}
	began := time.Now()
	answer, err := r.Next()
	leave(sent(answer, time.Since(began)))
	return answer, err
}

// user names the application user of a request: by the host and whom its token is for, which is what the
// server counts by, whoever is acted for.
func (g *governed) user(r *http.Request) string {
	authorization := r.Header.Get("Authorization")
	if last := g.last.Load(); last != nil && last.authorization == authorization {
		return last.user
	}
	user := g.host + "/" + subjectOf(authorization)
	g.last.Store(&tokenUser{authorization, user})
	return user
}

// subjectOf reads from a token whom it is for, without judging it. A token that is none of the
// authority's is nobody's: then all clients of the host share a budget.
func subjectOf(authorization string) string {
	parts := strings.Split(authorization, ".")
	if len(parts) != 3 {
		return ""
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return ""
	}
	var claims struct{ Oid, Appid, Azp string }
	if json.Unmarshal(text, &claims) != nil {
		return ""
	}
	return first(claims.Oid, claims.Appid, claims.Azp)
}

// sent reads what an answer tells of the limits.
func sent(answer *http.Response, took time.Duration) Sent {
	s := Sent{Took: took, RemainingRequests: -1, RemainingTime: -1}
	if answer == nil {
		return s
	}
	s.Answered = true
	if n, err := strconv.ParseInt(plain(answer.Header.Get("X-Ms-Ratelimit-Burst-Remaining-Xrm-Requests")), 10, 64); err == nil && n >= 0 {
		s.RemainingRequests = n
	}
	if n, err := strconv.ParseFloat(plain(answer.Header.Get("X-Ms-Ratelimit-Time-Remaining-Xrm-Requests")), 64); err == nil && n >= 0 && n < 1e9 {
		s.RemainingTime = time.Duration(n * float64(time.Second))
	}
	if answer.StatusCode == http.StatusTooManyRequests {
		s.Throttled, s.RetryAfter = limitOf(answer), retryAfter(answer.Header, time.Now())
	}
	return s
}

// plain takes the commas out of a number that is written for people: "1,200.00".
func plain(number string) string { return strings.ReplaceAll(number, ",", "") }

// limitOf tells for which limit a request was refused. The body is read without taking it from the caller.
func limitOf(answer *http.Response) Limit {
	body, err := runtime.Payload(answer)
	if err != nil {
		return LimitRequests
	}
	switch code, _, _ := readError(body); code {
	case "0x80072321":
		return LimitTime
	case "0x80072326":
		return LimitConcurrent
	}
	return LimitRequests
}
