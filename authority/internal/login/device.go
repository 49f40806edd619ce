package login

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/stead-s2s/stead/authority/internal/ticket"
	"github.com/stead-s2s/stead/internal/limit"
)

// DeviceAuth answers /common/oauth2/deviceauth and /devicelogin: the page where a person
// types the code that a device shows. A code in the address is filled in, and still wants
// a press of the button: nobody signs a device in by following a link.
func (h *Handler) DeviceAuth(w http.ResponseWriter, r *http.Request) error {
	v := h.enter(r)
	v.req = request{kind: device, segment: "common", maxAge: -1}
	a, err := h.devicePage(v, shortCode(r.URL.Query().Get("otc")+r.URL.Query().Get("user_code")), "")
	if err != nil {
		a = h.failure(v, shown{err})
	}
	return h.answer(w, r, v, a)
}

func shortCode(text string) string {
	if len(text) > 20 {
		return ""
	}
	return strings.ToUpper(strings.TrimSpace(text))
}

func (h *Handler) devicePage(v *visit, code, wrong string) (answer, error) {
	return h.form(v, pageDevice, view{Title: "Enter code", UserCode: code, Error: wrong}, nil)
}

// deviceCode looks a typed code up and begins the sign-in it is for. Guesses are counted by
// network.
func (h *Handler) deviceCode(ctx context.Context, v *visit, typed string) (answer, error) {
	limits := limit.Limits{Window: tenMinutes, Requests: 60}
	key := "device from " + v.network
	d, err := h.Guard.Attempts.Enter(ctx, key, v.now, limits)
	if err != nil {
		return nil, err
	}
	if d.Refused != limit.None {
		return h.devicePage(v, "", "There were too many attempts. Wait ten minutes and try again.")
	}
	if err := h.Guard.Attempts.Leave(ctx, key, limits, limit.Exit{Entered: d.Entered, At: v.now, Local: d.Local}); err != nil {
		return nil, err
	}
	if typed = shortCode(typed); typed == "" {
		return h.devicePage(v, "", "Type the code that your device shows.")
	}
	v.req.userCode = typed
	if err := h.readDevice(ctx, v); err != nil {
		v.req.userCode = ""
		return h.deviceTrouble(v, err)
	}
	return h.advance(ctx, v)
}

// readDevice fills the request from what the device asked for.
func (h *Handler) readDevice(ctx context.Context, v *visit) error {
	d, err := h.Tickets.Device(ctx, v.req.userCode)
	if err != nil {
		return err
	}
	v.req = request{kind: device, version: 2, segment: d.Segment, userCode: v.req.userCode, clientID: string(d.App), scopes: d.Scopes, resource: d.Resource, maxAge: -1}
	if d.V1 {
		v.req.version = 1
	}
	return nil
}

// deviceTrouble says what is wrong with a code.
func (h *Handler) deviceTrouble(v *visit, err error) (answer, error) {
	switch {
	case errors.Is(err, ticket.ErrUnknown), errors.Is(err, ticket.ErrUsed):
		return h.devicePage(v, "", "That code did not work. Check the code and try again.")
	case errors.Is(err, ticket.ErrExpired):
		return h.devicePage(v, "", "That code has expired. Get a new one from your device.")
	}
	return nil, err
}

// confirmPage asks whether it is the person's own device: a code may come from somebody
// who wants to be signed in as them.
func (h *Handler) confirmPage(v *visit, who held) (answer, error) {
	v.chosen = who.ID
	return h.form(v, pageConfirm, view{Title: "Are you signing in on another device?", Username: who.user.UPN, UserCode: v.req.userCode}, nil)
}

// approve lets the device have what it waits for.
func (h *Handler) approve(ctx context.Context, v *visit, who held) (answer, error) {
	err := h.Tickets.ApproveDevice(ctx, v.req.userCode, ticket.Approval{
		Tenant: who.user.TenantID, User: who.User, Session: who.ID, AuthTime: who.AuthTime, Methods: who.Methods,
	})
	if err != nil {
		v.req.userCode = ""
		return h.deviceTrouble(v, err)
	}
	if err := h.Tickets.TouchApp(ctx, who.ID, ticket.SessionApp{App: v.app.AppID, LogoutURL: v.app.LogoutURL}); err != nil {
		return nil, err
	}
	h.took(v, who, nil)
	return h.done("You are signed in", "You have signed in to "+v.app.DisplayName+" on your device. You can close this window."), nil
}
