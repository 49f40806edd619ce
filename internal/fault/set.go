package fault

import (
	"net/http"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// Set holds the rules in force. It is safe for many goroutines. Now and Random are
// needed.
type Set struct {
	Now    func() time.Time
	Random func() float64 // in [0,1)

	mu       sync.Mutex
	active   atomic.Bool // whether there is a rule: without one a request pays for one load
	rules    []*Rule
	last     int
	injected map[string]int64
}

// Add puts a rule in force, behind those that are, and gives it with its id. Of a rule
// that cannot be, the error says why.
func (s *Set) Add(r Rule) (Rule, error) {
	if err := r.check(); err != nil {
		return Rule{}, err
	}
	s.mu.Lock()
	ended := s.sweep()
	s.last++
	r.ID, r.Injected = strconv.Itoa(s.last), 0
	s.rules = append(s.rules, &r)
	s.active.Store(true)
	s.mu.Unlock()
	end(ended)
	return r, nil
}

// List gives the rules in force, oldest first.
func (s *Set) List() []Rule {
	s.mu.Lock()
	ended := s.sweep()
	list := make([]Rule, len(s.rules))
	for i, r := range s.rules {
		list[i] = *r
		if r.Standing.Count != nil {
			list[i].Injected = r.Standing.Count()
		}
	}
	s.mu.Unlock()
	end(ended)
	return list
}

// Clear ends the rules that want accepts and tells how many those were.
func (s *Set) Clear(want func(Rule) bool) int {
	s.mu.Lock()
	ended := s.sweep()
	before := len(s.rules)
	var cleared []*Rule
	s.rules = slices.DeleteFunc(s.rules, func(r *Rule) bool {
		gone := want(*r)
		if gone {
			cleared = append(cleared, r)
		}
		return gone
	})
	n := before - len(s.rules)
	s.active.Store(len(s.rules) > 0)
	s.mu.Unlock()
	end(append(ended, cleared...))
	return n
}

// Injected tells how often each fault happened since the start, by name.
func (s *Set) Injected() map[string]int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make(map[string]int64, len(s.injected))
	for name, n := range s.injected {
		all[name] = n
	}
	return all
}

// take gives what happens to a request: all that is slow, forgotten or cut, until one
// rule that answers in the place's stead. Taking counts.
func (s *Set) take(at *Place, r *http.Request) []Rule {
	if !s.active.Load() {
		return nil
	}
	caller := ""
	if s.asksCaller(at, r) { // outside the lock: a slow client may still be sending it
		caller = at.caller(r)
	}
	now := s.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	var taken []Rule
	for _, rule := range s.rules {
		if rule.over(now) || !rule.matches(at, r) || !rule.Match.by(caller) || !s.chance(rule.Probability) {
			continue
		}
		rule.Injected++
		s.count(rule.Name)
		taken = append(taken, *rule)
		if rule.Action.Effect == Refuse || rule.Action.Effect == Drop {
			break
		}
	}
	return taken
}

// asksCaller tells whether it matters who calls.
func (s *Set) asksCaller(at *Place, r *http.Request) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.ContainsFunc(s.rules, func(rule *Rule) bool { return rule.Match.Caller != "" && rule.matches(at, r) })
}

func (s *Set) chance(p float64) bool { return p == 0 || p == 1 || s.Random() < p }

func (s *Set) count(name string) {
	if s.injected == nil {
		s.injected = map[string]int64{}
	}
	s.injected[name]++
}

// sweep removes what has ended by itself; mu is held.
func (s *Set) sweep() (ended []*Rule) {
	now := s.Now()
	s.rules = slices.DeleteFunc(s.rules, func(r *Rule) bool {
		over := r.over(now)
		if over {
			ended = append(ended, r)
		}
		return over
	})
	s.active.Store(len(s.rules) > 0)
	return ended
}

// end tells those who keep standing rules; mu is not held, since they may ask back.
func end(rules []*Rule) {
	for _, r := range rules {
		if r.Standing.End != nil {
			r.Standing.End()
		}
	}
}
