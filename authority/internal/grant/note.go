package grant

import (
	"context"
	"log/slog"
	"net"
	"net/http"

	"github.com/stead-s2s/stead/authority/internal/aadsts"
	"github.com/stead-s2s/stead/authority/internal/journal"
	"github.com/stead-s2s/stead/internal/web"
)

// note tells the event what is known; nothing of it is a secret.
func (c *attempt) note(ctx context.Context) {
	attrs := make([]slog.Attr, 0, 7)
	attrs = append(attrs, slog.String("tenant", c.place.Segment))
	if c.kind.name != "" {
		attrs = append(attrs, slog.String("grant", c.kind.name))
	}
	if c.client != nil {
		attrs = append(attrs, slog.String("client", string(c.client.AppID)), slog.String("application", c.client.App.DisplayName))
	}
	if c.proof.Kind() != "" {
		attrs = append(attrs, slog.String("credential", c.credential()))
	}
	if c.user != nil {
		attrs = append(attrs, slog.String("user", string(c.user.ID)))
	}
	if c.target != nil {
		attrs = append(attrs, slog.String("resource", c.asked))
	}
	web.EventFrom(ctx).Add(attrs...)
}

// credential names what the client proved itself with.
func (c *attempt) credential() string {
	if c.proof.Kind() == "" {
		return ""
	}
	return c.proof.Kind() + " " + string(c.proof.KeyID)
}

// record puts the attempt into the sign-in log. What the client sent is in it only where it
// was recognized: clients send secrets in the wrong places.
func (h *Handler) record(r *http.Request, c *attempt, err error) {
	if h.Journal == nil || c.place.Tenant == nil || aadsts.Is(err, aadsts.DevicePending) {
		return
	}
	e := journal.Entry{
		ID: web.EventFrom(r.Context()).ID(), Time: c.now, Tenant: c.place.Tenant.ID, Credential: c.credential(),
		Grant: c.kind.name, Correlation: c.correlation(r), IP: address(r), Client: r.UserAgent(),
	}
	if c.client != nil {
		e.App, e.AppName, e.Principal = c.client.AppID, c.client.App.DisplayName, c.client.ID
	}
	if c.target != nil {
		e.Resource, e.ResourceAs = c.target.AppID, c.target.App.DisplayName
	}
	if c.user != nil {
		e.User, e.UserName = c.user.ID, c.user.UPN
	}
	if err != nil {
		refusal := aadsts.From(err)
		e.Code, e.Explanation = refusal.Number, refusal.Explanation()
		if refusal.Help != "" {
			e.Explanation += " " + refusal.Help
		}
	}
	h.Journal.Record(e)
}

func (c *attempt) correlation(r *http.Request) string {
	if given := r.Header.Get("Client-Request-Id"); given != "" && len(given) <= 64 {
		return given
	}
	if len(c.Correlation) <= 64 {
		return c.Correlation
	}
	return ""
}

func address(r *http.Request) string {
	if host, _, err := net.SplitHostPort(r.RemoteAddr); err == nil {
		return host
	}
	return r.RemoteAddr
}
