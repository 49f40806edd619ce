package webapi

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/background"
	"github.com/stead-s2s/stead/environment/internal/company"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/edm"
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/explain"
	"github.com/stead-s2s/stead/environment/internal/file"
	"github.com/stead-s2s/stead/environment/internal/job"
	"github.com/stead-s2s/stead/environment/internal/maker"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/odata"
	"github.com/stead-s2s/stead/environment/internal/quota"
	"github.com/stead-s2s/stead/internal/oidc"
	"github.com/stead-s2s/stead/internal/web"
)

// Config is what the face is composed of. Every field is needed, Admit, Operator, Background and Logger excepted.
type Config struct {
	Verifier *oidc.Verifier
	Resolver *access.Resolver
	Models   *meta.Cache
	Roll     *company.Roll // who is in the teams that follow the directory
	Engine   *engine.Engine
	Makers   *maker.Bench
	Jobs     *job.Book // where what runs behind answers is written down
	Files    *file.Desk
	Metadata *edm.Book
	Quota    *quota.Book
	Journal  *explain.Journal
	// Admit judges whom the resolver found, or its refusal, and may refuse a user that was
	// found, as administration mode does; nil judges nobody.
	Admit func(context.Context, access.Identity, access.User, error) error
	// Pages stand beside the Web API, by their paths. Administrators may read them, at no
	// charge: nothing is counted.
	Pages map[string]web.HandlerFunc
	// Forms are pages that administrators may also write to, by PUT and DELETE.
	Forms map[string]web.HandlerFunc
	// Operator tells whether a bearer is the key of who runs the world, which opens the
	// pages and nothing else; nil knows no such key.
	Operator func(bearer string) bool

	// Background runs the messages that clients do not wait for; nil: they wait. Who is told
	// of the end is told through CallbackClient.
	Background     *background.Runner
	CallbackClient *http.Client

	// URL is the environment's own: scheme and host, without a slash at the end.
	// Generated links have its scheme and the host of the request.
	URL string
	// AuthorizationURI is where challenges send a client for a token.
	AuthorizationURI string
	// LinkKey seals next links; links of another key are refused.
	LinkKey []byte

	Logger *slog.Logger // nil: nothing is logged
	Now    func() time.Time
}

// maxBody is the greatest request body read, in bytes, and maxTime what a request
// may take: the service cancels a message after two minutes.
const (
	maxBody = 64 << 20
	maxFile = 128 << 20 // of a content sent in one piece (Dataverse facts 5.18)
	maxURL  = 32 << 10  // of requests outside of batches (Dataverse facts 5.1)
	maxTime = 2 * time.Minute
)

// API answers the requests of one environment.
type API struct {
	Config
	scheme, host string
	roots        map[string]string // of the environment's own host, by version
	operations   map[string]bool   // the built messages: true for functions (GET), false for actions (POST)
	queries      *odata.Memory
	buffers      odata.Buffers
	handler      http.Handler
}

// New returns the handler of an environment's Web API.
func New(c Config) *API {
	a := &API{Config: c, operations: c.Metadata.Operations(), queries: odata.NewMemory()}
	a.scheme, a.host = schemeAndHost(c.URL)
	a.roots = make(map[string]string, len(versions))
	for _, version := range versions {
		a.roots[version] = a.rootOf(a.host, version)
	}
	a.handler = web.Handler(web.HandlerOptions{
		Logger: c.Logger, Render: a.render, MaxBody: maxFile, Timeout: maxTime, CloseAfterChunks: true, Now: c.Now,
	}, a.unlessGone)
	return a
}

// ServeHTTP answers.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.handler.ServeHTTP(w, r) }

// unlessGone serves; a client that went away before its answer is told nothing, and
// is no failure to log.
func (a *API) unlessGone(w http.ResponseWriter, r *http.Request) error {
	err := a.serve(w, r)
	if err != nil && errors.Is(r.Context().Err(), context.Canceled) {
		return errors.Join(http.ErrAbortHandler, err)
	}
	return err
}

// serve is the journey of a request (Dataverse facts 1.6) until its user is known.
func (a *API) serve(w http.ResponseWriter, r *http.Request) (err error) {
	event := web.EventFrom(r.Context())
	a.stamp(w, r, event)
	if r.Header.Get("Content-Type") != binaryType && r.Body != nil && r.Body != http.NoBody {
		r.Body = http.MaxBytesReader(w, r.Body, maxBody) // it may be read into memory
	}
	page := a.page(r.URL.Path)
	if page == nil && !underAPI(r.URL.Path) {
		return notFound(r.URL.Path)
	}
	bearer, err := bearerOf(r.Header)
	if err != nil {
		return err
	}
	if page != nil && a.Operator != nil && a.Operator(bearer) {
		return page(w, r)
	}
	who, told, err := a.identify(r.Context(), event, bearer)
	if err != nil {
		return err
	}
	user, err := a.user(r.Context(), event, who, told)
	if err != nil {
		return err
	}
	if page != nil {
		return present(w, r, user, page)
	}
	v, err := a.enter(w, r, event, user)
	if err != nil {
		return err
	}
	a.account(v, r, user)
	defer func() {
		v.tell(err)
		v.leave(r.Context(), event, a.Now())
	}()
	return a.serveUser(v, r, event, user.Noting(&v.trail))
}

// serveUser is the rest of the journey: for whom, what, and the answer.
func (a *API) serveUser(w *visit, r *http.Request, event *web.Event, user access.User) error {
	onBehalf, err := onBehalfOf(r.Header)
	if err != nil {
		return err
	}
	caller, err := a.caller(r.Context(), event, user, onBehalf)
	if err != nil {
		return err
	}
	call := engine.Call{Caller: caller, Model: a.Models.Current(), Now: w.begun, Solution: r.Header.Get(headerSolution)}
	if id, ok, err := monitorID(r.URL.Path); ok {
		if err != nil {
			return err
		}
		return a.monitor(w, r, call, id)
	}
	if version, ok := batchVersion(r); ok {
		return a.batch(w, r, event, version, call)
	}
	if len(r.RequestURI) > maxURL {
		return dverr.PayloadTooLarge.With("The URL of the request exceeds the maximum length of 32,768 characters.")
	}
	asked, err := a.decode(event, r, call, nil)
	if err != nil {
		return err
	}
	if asked.behind != nil {
		return a.accept(w, r, call, asked)
	}
	w.did(asked.op)
	if asked.moves {
		w.operations++
	}
	return a.answer(w, r, event, call, asked)
}

func (a *API) identify(ctx context.Context, event *web.Event, bearer string) (access.Identity, company.Told, error) {
	defer event.Time("oidc").Over()
	token, err := a.Verifier.Verify(ctx, bearer)
	if err != nil {
		return access.Identity{}, company.Told{}, refused(ctx, err)
	}
	event.Add(slog.String("application", token.ApplicationID))
	who, err := identityOf(token)
	return who, toldBy(token), err
}

func (a *API) user(ctx context.Context, event *web.Event, who access.Identity, told company.Told) (access.User, error) {
	defer event.Time("access").Over()
	user, err := a.Resolver.User(ctx, who)
	if err == nil && a.settled(ctx, event, user, told) {
		user, err = a.Resolver.User(ctx, who)
	}
	found := err == nil
	if found {
		event.Add(slog.String("user", user.ID.String()))
		if said := user.AppAudit(who); said != "" {
			event.Add(slog.String("app_access", said))
		}
	}
	if a.Admit != nil {
		err = a.Admit(ctx, who, user, err)
	}
	if found && err != nil {
		a.Quota.Faulted(user)
	}
	return user, err
}

// settled lets a user's memberships in group teams be brought up to date, and tells whether
// they changed. A directory that fails changes nothing and stops nobody.
func (a *API) settled(ctx context.Context, event *web.Event, user access.User, told company.Told) bool {
	changed, err := a.Roll.SettleGroups(ctx, engine.Call{Model: a.Models.Current(), Now: event.Start()}, user, told)
	if err != nil {
		event.Add(slog.String("groups_error", err.Error()))
	}
	return changed
}

func (a *API) caller(ctx context.Context, event *web.Event, user access.User, for_ access.OnBehalf) (access.Caller, error) {
	defer event.Time("access").Over()
	if target, known := user.Target(for_); known && a.settled(ctx, event, target, company.Told{}) {
		var err error
		if user, err = a.Resolver.Renew(ctx, user); err != nil {
			return access.Caller{}, err
		}
	}
	caller, err := a.Resolver.Caller(ctx, user, for_)
	if err == nil && caller.Impersonating() {
		event.Add(slog.String("acting_for", caller.Effective.ID.String()))
	}
	return caller, err
}

// answer executes what was asked and writes what came of it.
func (a *API) answer(w http.ResponseWriter, r *http.Request, event *web.Event, call engine.Call, asked *asked) error {
	defer event.Time("engine").Over()
	if asked.op == nil {
		return asked.fixed(w)
	}
	return a.Engine.Do(r.Context(), call, asked.op, func(result engine.Result) error {
		return asked.write(w, result)
	})
}
