package login

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/stead-s2s/stead/authority/internal/aadsts"
	"github.com/stead-s2s/stead/authority/internal/directory"
)

// advance takes a visit as far as it goes without the person: to the next page, or to the
// answer for the application. validate has passed.
func (h *Handler) advance(ctx context.Context, v *visit) (answer, error) {
	if v.app == nil {
		if err := h.validate(ctx, v); err != nil {
			return nil, err
		}
	}
	who, a, err := h.account(v)
	if a != nil || err != nil {
		return a, err
	}
	if err := v.belongs(who); err != nil {
		return nil, h.noted(v, who, err)
	}
	if v.req.kind == device && !v.confirmed {
		return h.confirmPage(v, who)
	}
	if err := v.assigned(who); err != nil {
		return nil, h.noted(v, who, err)
	}
	if a, err := h.consent(v, who); a != nil || err != nil {
		return a, err
	}
	switch v.req.kind {
	case device:
		return h.approve(ctx, v, who)
	case adminConsent:
		return h.adminDone(v, who)
	}
	return h.finish(ctx, v, who)
}

// noted takes a refusal of a person down.
func (h *Handler) noted(v *visit, who held, err error) error {
	h.took(v, who, aadsts.From(err))
	return err
}

// freshLife is how long a sign-in during a flow counts as such: pages may stay open.
const freshLife = 15 * time.Minute

// account decides who signs in: by what was picked, by the hint, or because nobody else is
// there. Where that is open the answer is a page.
func (h *Handler) account(v *visit) (held, answer, error) {
	for _, id := range []directory.ID{v.fresh, v.chosen} {
		if s, alive := v.session(id); alive && (id == v.fresh && v.now.Sub(s.AuthTime) < freshLife || !v.req.wants("login") && !v.stale(s)) {
			return s, nil, nil
		}
	}
	if v.req.wants("login") || v.chosen != "" {
		a, err := h.mustSignIn(v, v.hint())
		return held{}, a, err
	}
	if v.req.wants("select_account") && len(v.held) > 0 {
		a, err := h.pickPage(v)
		return held{}, a, err
	}
	candidates := v.candidates()
	switch {
	case len(candidates) == 1 && v.stale(candidates[0]):
		a, err := h.mustSignIn(v, candidates[0].user.UPN)
		return held{}, a, err
	case len(candidates) == 1:
		return candidates[0], nil, nil
	case len(candidates) > 1 && v.req.wants("none"):
		return held{}, nil, aadsts.SeveralSessions.With()
	case len(candidates) > 1 || len(v.held) > 0 && v.req.loginHint == "" && !v.req.wants("none"):
		a, err := h.pickPage(v)
		return held{}, a, err
	}
	a, err := h.mustSignIn(v, v.hint())
	return held{}, a, err
}

// mustSignIn is the sign-in page, unless the application wants none.
func (h *Handler) mustSignIn(v *visit, name string) (answer, error) {
	if v.req.wants("none") {
		return nil, aadsts.NobodySignedIn.With()
	}
	return h.signInPage(v, name, nil)
}

// hint is the name to begin with: of who was picked, or the application's.
func (v *visit) hint() string {
	if s, alive := v.session(v.chosen); alive {
		return s.user.UPN
	}
	return v.req.loginHint
}

// candidates are the sessions that the request can mean: of the tenant's people, or those
// of the domain or name that it hints at.
func (v *visit) candidates() []held {
	of := v.place.Tenant
	if of == nil {
		of, _ = v.dir.Tenant(v.req.domainHint)
	}
	return slices.DeleteFunc(slices.Clone(v.held), func(s held) bool {
		if hint := v.req.loginHint; hint != "" && !strings.EqualFold(hint, s.user.UPN) && hint != string(s.ID) && hint != string(s.User) {
			return true
		}
		return of != nil && s.user.TenantID != of.ID
	})
}

// stale reports whether a sign-in is longer ago than the application accepts.
func (v *visit) stale(s held) bool {
	return v.req.maxAge >= 0 && v.now.Sub(s.AuthTime) >= time.Duration(v.req.maxAge)*time.Second
}

// belongs: people of other tenants are no guests here (Entra facts 5.1, 7.2).
func (v *visit) belongs(who held) error {
	t := v.place.Tenant
	if t == nil || who.user.TenantID == t.ID {
		return nil
	}
	err := aadsts.UserElsewhere.With(who.user.UPN, who.user.TenantID, t.DisplayName, v.app.AppID, v.app.DisplayName)
	if v.req.kind == adminConsent {
		return err
	}
	return shown{err}
}

// assigned: a tenant may have disabled the application, or have it for those alone who are
// assigned to it, themselves or by a group.
func (v *visit) assigned(who held) error {
	p, present := v.dir.Principal(who.user.TenantID, v.app.AppID)
	if present && p.Disabled { // over common the tenant is known only now
		return shown{aadsts.AppDisabled.With(v.app.AppID, v.app.DisplayName)}
	}
	if !present || !p.AssignmentRequired || v.req.kind == adminConsent {
		return nil
	}
	for _, id := range append([]directory.ID{who.User}, v.dir.Groups(who.User)...) {
		if _, assigned := v.dir.Roles(id, p.ID); assigned {
			return nil
		}
	}
	e := aadsts.UserNotAssigned.With(v.app.DisplayName, v.app.AppID)
	if v.req.wants("none") {
		e.Word = aadsts.InteractionRequired
		return e
	}
	return shown{e}
}
