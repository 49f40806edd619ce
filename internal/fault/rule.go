package fault

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Effect is what a rule does to a request.
type Effect string

// The effects. Standing happens to no request: something else keeps it.
const (
	Refuse   Effect = "refuse"   // the place refuses in its own words; nothing is done
	Slow     Effect = "slow"     // the place answers after Action.Delay
	Drop     Effect = "drop"     // the connection ends without an answer; nothing is done
	Cut      Effect = "cut"      // all is done, and half of the answer's body sent
	Forget   Effect = "forget"   // the place does not see Action.Cookies
	Standing Effect = "standing" // see Rule.Standing
)

// Action says what happens.
type Action struct {
	Effect  Effect
	Refusal Refusal       // of Refuse
	Delay   time.Duration // of Slow
	Cookies []string      // of Forget: names
}

// Refusal is what a place is asked to word.
type Refusal struct {
	Kind       string // the place's own word for a kind of refusal; may be empty
	Status     int    // HTTP status, 0 where the kind decides
	RetryAfter time.Duration
}

// Match says which requests. An empty field matches all.
type Match struct {
	Places []string // names of places
	Caller string   // as the place reads it from the request
	Path   string   // beginning of the path
	Method string
}

// Rule is one fault.
type Rule struct {
	ID          string // given by Set.Add
	Name        string // what people call it; marks the event
	Match       Match
	Action      Action
	Count       int       // requests it happens to; 0: every one
	Probability float64   // of happening to a request that matches; 0 and 1: always
	Until       time.Time // it ends by itself; zero: it does not
	Standing    State     // for the effect Standing
	Order       any       // what the rule was made from; nothing looks at it here
	Injected    int64     // requests it happened to; of a standing one, as End's keeper counts
}

// State connects a standing rule with whoever keeps what it stands for. Both may be nil.
type State struct {
	End   func()       // called once when the rule is cleared or its time is over
	Count func() int64 // requests it happened to
}

// Words for a rule that cannot be.
var (
	errEffect      = errors.New("unknown effect")
	errProbability = errors.New("a probability is greater than 0 and at most 1")
	errCount       = errors.New("a count is not negative")
	errDelay       = errors.New("a delay is greater than 0 and at most 10 minutes")
	errPath        = errors.New("a path begins with a slash")
	errRetry       = errors.New("a time to retry after is not negative")
)

// longest is the greatest delay: servers and clients give up before.
const longest = 10 * time.Minute

// check refuses a rule that cannot be.
func (r Rule) check() error {
	effects := []Effect{Refuse, Slow, Drop, Cut, Forget, Standing}
	switch a := r.Action; {
	case !slices.Contains(effects, a.Effect):
		return fmt.Errorf("%q: %w", a.Effect, errEffect)
	case a.Effect == Slow && (a.Delay <= 0 || a.Delay > longest):
		return errDelay
	case a.Refusal.RetryAfter < 0:
		return errRetry
	case r.Probability < 0 || r.Probability > 1 || r.Probability != r.Probability:
		return errProbability
	case r.Count < 0:
		return errCount
	case r.Match.Path != "" && !strings.HasPrefix(r.Match.Path, "/"):
		return errPath
	}
	return nil
}

// matches tells whether the request is meant, whoever calls.
func (r *Rule) matches(at *Place, req *http.Request) bool {
	m := r.Match
	return r.Action.Effect != Standing &&
		(len(m.Places) == 0 || slices.Contains(m.Places, at.Name)) &&
		(m.Method == "" || strings.EqualFold(m.Method, req.Method)) &&
		hasPrefixFold(req.URL.Path, m.Path)
}

// by tells whether the caller is meant.
func (m Match) by(caller string) bool { return m.Caller == "" || strings.EqualFold(m.Caller, caller) }

// hasPrefixFold compares without regard to case: the places do so too.
func hasPrefixFold(path, prefix string) bool {
	return len(path) >= len(prefix) && strings.EqualFold(path[:len(prefix)], prefix)
}

// over tells whether the rule has ended by itself.
func (r *Rule) over(now time.Time) bool {
	return r.Count > 0 && r.Injected >= int64(r.Count) || !r.Until.IsZero() && !now.Before(r.Until)
}
