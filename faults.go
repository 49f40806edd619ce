package stead

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/stead-s2s/stead/authority"
	"github.com/stead-s2s/stead/environment"
	"github.com/stead-s2s/stead/internal/fault"
	"github.com/stead-s2s/stead/operator"
)

// authorityPlace names the authority among the places that faults happen to;
// environments are named by environmentPlace.
const authorityPlace = "authority"

func environmentPlace(name string) string { return "environment " + name }

// faults carries out an operator's orders: some are rules in front of the houses, some
// are states that a house keeps, some are done at once.
type faults struct {
	system *System
	set    *fault.Set
}

// List gives the faults in force.
func (f *faults) List() []operator.Fault {
	list := []operator.Fault{}
	for _, r := range f.set.List() {
		list = append(list, inForce(r, r.Order.(operator.Order)))
	}
	return list
}

func inForce(r fault.Rule, o operator.Order) operator.Fault {
	in := operator.Fault{ID: r.ID, Order: o, Injected: r.Injected}
	if !r.Until.IsZero() {
		until := r.Until.UTC().Round(0)
		in.Until = &until
	}
	return in
}

// Clear ends faults.
func (f *faults) Clear(id string) int {
	return f.set.Clear(func(r fault.Rule) bool { return id == "" || r.ID == id })
}

// Inject carries out an order.
func (f *faults) Inject(ctx context.Context, o operator.Order) (operator.Fault, error) {
	var err error
	if o.App, err = f.client(o.App); err != nil {
		return operator.Fault{}, err
	}
	switch o.Kind {
	case "throttle", "slow", "error", "drop", "cut", "lose-affinity":
		return f.rule(o)
	case "admin-mode", "delay-visibility":
		return f.standing(ctx, o)
	case "expire-secret", "rotate-keys", "withdraw-consent":
		return f.deed(ctx, o)
	}
	return operator.Fault{}, operator.Invalid("there is no fault %q", o.Kind)
}

// client gives the client id of an application that is named, or given by that id.
func (f *faults) client(name string) (string, error) {
	if app, found := f.system.World.App(name); found {
		return app.ClientID, nil
	}
	if name == "" || len(name) == 36 && strings.Count(name, "-") == 4 {
		return strings.ToLower(name), nil
	}
	var known []string
	for _, a := range f.system.World.Apps {
		known = append(known, a.Name)
	}
	return "", operator.Invalid("no application %q in this world; there are %s, and client ids", name, strings.Join(known, ", "))
}

// places are where an order's fault happens.
func (f *faults) places(o operator.Order) ([]string, error) {
	if o.Authority {
		if o.Environment != "" {
			return nil, operator.Invalid("a fault happens at the authority or in an environment")
		}
		return []string{authorityPlace}, nil
	}
	indexes, err := f.environments(o)
	var names []string
	for _, i := range indexes {
		names = append(names, environmentPlace(f.system.World.Environments[i].Name))
	}
	return names, err
}

// environments gives the indexes of the environments of an order.
func (f *faults) environments(o operator.Order) ([]int, error) {
	var indexes []int
	var known []string
	for i, e := range f.system.World.Environments {
		known = append(known, e.Name)
		if o.Environment == "" || o.Environment == e.Name {
			indexes = append(indexes, i)
		}
	}
	if len(indexes) == 0 {
		return nil, operator.Invalid("no environment %q in this world; there are %s", o.Environment, strings.Join(known, ", "))
	}
	return indexes, nil
}

// until is when an order's fault ends by itself.
func (f *faults) until(o operator.Order) time.Time {
	if o.For == 0 {
		return time.Time{}
	}
	return f.system.config.Now().Add(time.Duration(o.For))
}

// rule puts a fault in front of the houses.
func (f *faults) rule(o operator.Order) (operator.Fault, error) {
	places, err := f.places(o)
	if err != nil {
		return operator.Fault{}, err
	}
	action, err := actionOf(o)
	if err != nil {
		return operator.Fault{}, err
	}
	if o.For < 0 {
		return operator.Fault{}, operator.Invalid("a fault does not end before it begins")
	}
	r, err := f.set.Add(fault.Rule{
		Name: o.Kind, Order: o, Action: action, Count: o.Count, Probability: o.Probability, Until: f.until(o),
		Match: fault.Match{Places: places, Caller: o.App, Path: o.Path, Method: o.Method},
	})
	if err != nil {
		return operator.Fault{}, operator.Invalid("%v", err)
	}
	return inForce(r, o), nil
}

// actionOf says what happens to a request.
func actionOf(o operator.Order) (fault.Action, error) {
	retry := time.Duration(o.RetryAfter)
	switch o.Kind {
	case "throttle":
		if o.Limit == "" {
			o.Limit = "requests"
		}
		if !slices.Contains([]string{"requests", "time", "concurrency"}, o.Limit) {
			return fault.Action{}, operator.Invalid("there is no limit of %q: requests, time or concurrency", o.Limit)
		}
		return fault.Action{Effect: fault.Refuse, Refusal: fault.Refusal{Kind: o.Limit, Status: http.StatusTooManyRequests, RetryAfter: retry}}, nil
	case "error":
		if o.Status < 500 || o.Status > 599 {
			return fault.Action{}, operator.Invalid("an error has a status from 500 to 599")
		}
		return fault.Action{Effect: fault.Refuse, Refusal: fault.Refusal{Status: o.Status, RetryAfter: retry}}, nil
	case "slow":
		return fault.Action{Effect: fault.Slow, Delay: time.Duration(o.Delay)}, nil
	case "lose-affinity":
		return fault.Action{Effect: fault.Forget, Cookies: []string{environment.AffinityCookie}}, nil
	case "drop":
		return fault.Action{Effect: fault.Drop}, nil
	}
	return fault.Action{Effect: fault.Cut}, nil
}

// untargeted refuses an order whose fault does not look at requests.
func untargeted(o operator.Order) error {
	if o.App != "" || o.Path != "" || o.Method != "" || o.Count != 0 || o.Probability != 0 || o.Authority {
		return operator.Invalid("%s happens to an environment as a whole", o.Kind)
	}
	return nil
}

// standing lets environments keep a state.
func (f *faults) standing(ctx context.Context, o operator.Order) (operator.Fault, error) {
	indexes, err := f.environments(o)
	if err == nil {
		err = untargeted(o)
	}
	if err == nil && (o.For < 0 || o.Kind == "delay-visibility" && o.Delay <= 0) {
		err = operator.Invalid("times are greater than 0")
	}
	if err != nil {
		return operator.Fault{}, err
	}
	f.endSame(o, indexes)
	until := f.until(o)
	state := fault.State{End: func() { _ = f.lift(o, indexes) }}
	if o.Kind == "admin-mode" {
		state.Count = func() int64 { return f.refusals(indexes) }
		err = f.each(indexes, func(e *environment.Server) error { e.SetAdministrationMode(true, until); return nil })
	} else {
		err = f.each(indexes, func(e *environment.Server) error { return e.DelayVisibility(ctx, time.Duration(o.Delay), until) })
	}
	if err != nil {
		return operator.Fault{}, errors.Join(err, f.lift(o, indexes))
	}
	r, err := f.set.Add(fault.Rule{Name: o.Kind, Order: o, Action: fault.Action{Effect: fault.Standing}, Until: until, Standing: state})
	return inForce(r, o), err
}

// endSame ends an earlier fault of the kind that shares an environment: there is one
// state of a kind, and the last order counts.
func (f *faults) endSame(o operator.Order, indexes []int) {
	f.set.Clear(func(r fault.Rule) bool {
		old := r.Order.(operator.Order)
		if old.Kind != o.Kind {
			return false
		}
		other, _ := f.environments(old)
		return slices.ContainsFunc(other, func(i int) bool { return slices.Contains(indexes, i) })
	})
}

// lift ends a state.
func (f *faults) lift(o operator.Order, indexes []int) error {
	return f.each(indexes, func(e *environment.Server) error {
		if o.Kind == "admin-mode" {
			e.SetAdministrationMode(false, time.Time{})
			return nil
		}
		return e.DelayVisibility(context.Background(), 0, time.Time{})
	})
}

func (f *faults) refusals(indexes []int) int64 {
	var n atomic.Int64
	_ = f.each(indexes, func(e *environment.Server) error { n.Add(e.AdministrationRefusals()); return nil })
	return n.Load()
}

// each does something to open environments.
func (f *faults) each(indexes []int, do func(*environment.Server) error) error {
	f.system.exchange.RLock()
	defer f.system.exchange.RUnlock()
	var errs []error
	for _, i := range indexes {
		if e := f.system.environments[i]; e != nil {
			errs = append(errs, do(e))
		}
	}
	return errors.Join(errs...)
}

// deed is done at once and is not undone by clearing: a snapshot taken before does that.
func (f *faults) deed(ctx context.Context, o operator.Order) (operator.Fault, error) {
	if err := untargeted(o); err != nil || o.For != 0 || o.Environment != "" {
		return operator.Fault{}, operator.Invalid("%s is done once, at the authority", o.Kind)
	}
	subject, err := f.client(o.Subject)
	if err != nil {
		return operator.Fault{}, err
	}
	f.system.exchange.RLock()
	defer f.system.exchange.RUnlock()
	switch a := f.system.authority; {
	case a == nil:
		err = errors.New("the authority is not open")
	case o.Kind == "rotate-keys":
		err = a.Rotate(ctx)
	case o.Kind == "expire-secret":
		err = a.ExpireSecrets(ctx, subject)
	default:
		err = a.WithdrawConsent(ctx, subject, f.tenant(o.Tenant))
	}
	if errors.Is(err, authority.ErrUnknown) {
		return operator.Fault{}, operator.NotFound("%v", err)
	}
	if err != nil {
		return operator.Fault{}, fmt.Errorf("%s: %w", o.Kind, err)
	}
	return operator.Fault{Order: o, Injected: 1}, nil
}

// tenant gives the id of a tenant that is named; ids and domains stay.
func (f *faults) tenant(name string) string {
	if t, found := f.system.World.Tenant(name); found {
		return t.ID
	}
	return name
}
