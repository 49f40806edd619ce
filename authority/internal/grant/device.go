package grant

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/stead-s2s/stead/authority/internal/aadsts"
	"github.com/stead-s2s/stead/authority/internal/ticket"
)

// pollInterval is how often devices should ask, in seconds. Those that ask more often are
// answered all the same: MSAL for Go begins with 50 milliseconds (Entra facts 4.6).
const pollInterval = 5

// holdDevice looks a device code up: most of the time nobody has answered yet.
func holdDevice(h *Handler, ctx context.Context, c *attempt) error {
	if c.DeviceCode == "" {
		return aadsts.MissingParameter.With(paramDeviceCode)
	}
	d, err := h.Tickets.PollDevice(ctx, string(c.DeviceCode))
	c.signIn.Family = ticket.Family{
		Tenant: d.Tenant, App: d.App, User: d.User, Session: d.Session, Scopes: d.Scopes, Resource: d.Resource,
		AuthTime: d.AuthTime, Methods: d.Methods, Platform: platformPublic,
	}
	return unanswered(err)
}

func unanswered(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, ticket.ErrPending):
		return aadsts.DevicePending.With()
	case errors.Is(err, ticket.ErrDenied):
		return aadsts.DeviceDenied.With()
	case errors.Is(err, ticket.ErrExpired):
		return aadsts.DeviceExpired.With()
	case errors.Is(err, ticket.ErrUnknown):
		return aadsts.DeviceUnknown.With()
	}
	return spent(err, aadsts.DeviceExpired)
}

func redeemDevice(h *Handler, ctx context.Context, c *attempt, refresh bool) (string, error) {
	_, token, err := h.Tickets.RedeemDevice(ctx, string(c.DeviceCode), refresh)
	if err != nil {
		return "", unanswered(err)
	}
	return token, nil
}

// Device answers the device authorization endpoint of a version (1 or 2): it gives a
// device the code it polls with and the one its person types.
func (h *Handler) Device(w http.ResponseWriter, r *http.Request, version int, tenant string) error {
	req, err := read(r, version, tenant)
	if err != nil {
		return correlated(err, req)
	}
	body, err := h.device(r.Context(), req)
	if err != nil {
		return correlated(err, req)
	}
	return writeJSON(w, body)
}

func (h *Handler) device(ctx context.Context, req Request) ([]byte, error) {
	c := attempt{Request: req, directory: h.Directory.Current(), now: h.Now(), kind: grantType{name: "device_authorization", words: true}}
	for _, phase := range []phase{h.tenant, h.client} {
		if err := phase(ctx, &c); err != nil {
			return nil, err
		}
	}
	c.note(ctx)
	if !isPublicApp(c.client) {
		return nil, aadsts.CredentialRequired.With().Helping("the application must be a public client (isFallbackPublicClient) to sign people in on devices")
	}
	if req.Version == 2 && strings.TrimSpace(req.Scope) == "" {
		return nil, aadsts.MissingParameter.With(paramScope)
	}
	if _, err := readScopes(strings.Fields(req.Scope), false); err != nil {
		return nil, err
	}
	device, user, err := h.Tickets.IssueDevice(ctx, ticket.Device{
		Segment: c.place.Segment, App: c.client.AppID, Scopes: strings.Fields(req.Scope), Resource: req.Resource, V1: req.Version == 1,
	})
	if err != nil {
		return nil, err
	}
	return h.deviceBody(req.Version, device, user)
}

// deviceBody is the answer of a version: v1.0 calls the address otherwise and writes
// numbers as texts.
func (h *Handler) deviceBody(version int, device, user string) ([]byte, error) {
	page := h.Issuers.BaseURL + "/devicelogin"
	message := "To sign in, use a web browser to open the page " + page + " and enter the code " + user + " to authenticate."
	life := int(ticket.DeviceLife / time.Second)
	if version == 1 {
		return json.Marshal(struct {
			UserCode   string `json:"user_code"`
			DeviceCode string `json:"device_code"`
			URL        string `json:"verification_url"`
			ExpiresIn  string `json:"expires_in"`
			Interval   string `json:"interval"`
			Message    string `json:"message"`
		}{user, device, page, strconv.Itoa(life), strconv.Itoa(pollInterval), message})
	}
	return json.Marshal(struct {
		UserCode   string `json:"user_code"`
		DeviceCode string `json:"device_code"`
		URI        string `json:"verification_uri"`
		ExpiresIn  int    `json:"expires_in"`
		Interval   int    `json:"interval"`
		Message    string `json:"message"`
	}{user, device, page, life, pollInterval, message})
}
