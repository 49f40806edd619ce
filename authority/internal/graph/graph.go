package graph

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/authority/internal/journal"
	"github.com/stead-s2s/stead/internal/oidc"
	"github.com/stead-s2s/stead/internal/web"
)

// Revoker ends what was signed in: the tokens that people and applications keep.
type Revoker interface {
	RevokeUser(ctx context.Context, user directory.ID) error
	RevokeApp(ctx context.Context, app directory.ID) error
	RevokeGrant(ctx context.Context, tenant, app, user directory.ID) error // app is a client id; user "" is everybody
}

// Handler answers requests for Graph.
type Handler struct {
	Directory *directory.Directory
	// Verify verifies a bearer token whose audience is Graph.
	Verify  func(ctx context.Context, bearer string) (oidc.Token, error)
	Tickets Revoker       // nil: nothing to revoke
	Journal *journal.Book // nil: the sign-in log is empty
	BaseURL string        // without a slash at its end
	Now     func() time.Time
	Rand    io.Reader // nil: crypto/rand
	// Evaluate says, as JSON, what token an application would get; see package evaluate.
	Evaluate func(tenant *directory.Tenant, body []byte) ([]byte, error)

	table table
}

// Audiences are the names under which tokens are meant for Graph here.
func Audiences(baseURL string) []string {
	return []string{"https://graph.microsoft.com", string(directory.Graph), baseURL}
}

// call is one request on its way.
type call struct {
	h         *Handler
	ctx       context.Context
	directory *directory.Snapshot
	now       time.Time
	tenant    *directory.Tenant
	caller    caller
	need      need
	ownedOnly bool

	method  string
	version string   // v1.0 or beta
	kind    string   // of the objects to answer with; empty for all
	path    string   // after the version
	ids     []string // what stood where the pattern has {}
	prefer  string
	options options
	body    []byte
	mixed   bool // objects say of which kind they are

	change directory.Change
	after  []func(context.Context) error // to be done once the change is kept
}

// answer is what a request gets.
type answer struct {
	status   int
	body     []byte // JSON
	text     string // plain text in its place
	location string
}

// Serves reports whether a path is one of Graph's. Clients that put addresses together
// begin it with two slashes.
func Serves(path string) bool {
	version, _, _ := strings.Cut(strings.TrimLeft(path, "/"), "/")
	return version == "v1.0" || version == "beta"
}

// Serve answers a request. Its errors are all *Error.
func (h *Handler) Serve(w http.ResponseWriter, r *http.Request) error {
	if r.Method == http.MethodOptions {
		return preflight(w)
	}
	a, err := h.answer(r)
	if err != nil {
		return from(err)
	}
	return a.write(w, r)
}

// answer is the phases of every request.
func (h *Handler) answer(r *http.Request) (answer, error) {
	c := &call{h: h, ctx: r.Context(), now: h.Now(), method: r.Method, directory: h.Directory.Current(), prefer: r.Header.Get("Prefer")}
	segments, err := c.locate(r)
	if err != nil {
		return answer{}, err
	}
	if err := c.authenticate(r); err != nil {
		return answer{}, err
	}
	if len(segments) == 1 && segments[0] == "$batch" {
		return h.batch(r, c)
	}
	route, err := c.route(segments)
	if err != nil {
		return answer{}, err
	}
	if err := c.allow(route.need()); err != nil {
		return answer{}, err
	}
	if c.options, err = readOptions(r); err != nil {
		return answer{}, err
	}
	if c.body, err = io.ReadAll(r.Body); err != nil {
		return answer{}, err
	}
	return c.run(route)
}

// run answers from one snapshot. What changes something holds the directory until its
// change is kept, so that no two changes are made from the same state.
func (c *call) run(route route) (answer, error) {
	if c.method == http.MethodGet || route.reads {
		return route.answer(c)
	}
	var a answer
	err := c.h.Directory.Update(c.ctx, func(s *directory.Snapshot) (directory.Change, error) {
		var err error
		c.directory = s
		a, err = route.answer(c)
		return c.change, err
	})
	if err != nil {
		return answer{}, err
	}
	for _, do := range c.after {
		if err := do(c.ctx); err != nil {
			return answer{}, err
		}
	}
	return a, nil
}

// authenticate verifies the token as any resource does, and finds whom it is about: they
// must still be there.
func (c *call) authenticate(r *http.Request) error {
	header := r.Header.Get("Authorization")
	if header == "" {
		return unauthenticated("Access token is empty.")
	}
	if len(header) < 7 || !strings.EqualFold(header[:7], "Bearer ") {
		return unauthenticated("CompactToken parsing failed with error code: 80049217")
	}
	token, err := c.h.Verify(c.ctx, strings.TrimSpace(header[7:]))
	if err != nil {
		return refusedToken(err)
	}
	tenant, found := c.directory.Tenant(token.Tenant)
	if !found {
		return unauthenticated("The tenant of the token is not here.")
	}
	c.tenant = tenant
	c.caller, err = c.who(token)
	if err == nil {
		web.EventFrom(c.ctx).Add(slog.String("tenant", string(tenant.ID)), slog.String("caller", string(c.caller.object)), slog.String("client", token.ApplicationID))
	}
	return err
}

func refusedToken(err error) error {
	refusal, is := errors.AsType[*oidc.Error](err)
	if !is {
		return err
	}
	message := "Access token validation failure."
	switch refusal.Check {
	case oidc.Expired:
		message = "Lifetime validation failed, the token is expired."
	case oidc.Audience:
		message = "Access token validation failure. Invalid audience."
	case oidc.Signature, oidc.UnknownKey, oidc.Algorithm, oidc.KeyID:
		message = "Access token validation failure. Invalid signature."
	}
	e := unauthenticated(message)
	e.Cause = err
	return e
}

func (c *call) who(token oidc.Token) (caller, error) {
	object, _ := directory.ParseID(token.ObjectID)
	app, _ := directory.ParseID(token.ApplicationID)
	client, present := c.directory.Principal(c.tenant.ID, app)
	if !present || client.Disabled || client.App.Disabled {
		return caller{}, unauthenticated("The application of the token is not here or is disabled.")
	}
	who := caller{token: token, app: client, object: client.ID}
	if token.App {
		if object != client.ID {
			return caller{}, unauthenticated("The identity of the calling application could not be established.")
		}
		return who, nil
	}
	user, found := c.directory.UserByID(object)
	if !found || user.Disabled || user.TenantID != c.tenant.ID {
		return caller{}, unauthenticated("The user of the token is not here or is disabled.")
	}
	who.user, who.object = user, user.ID
	for _, role := range c.directory.AdminRoles(user.ID) {
		who.admin = who.admin || role == directory.GlobalAdministrator
	}
	return who, nil
}

// id makes an object's id.
func (c *call) id() (directory.ID, error) {
	var b [16]byte
	if _, err := io.ReadFull(c.h.random(), b[:]); err != nil {
		return "", err
	}
	return directory.RandomID(b), nil
}

func (h *Handler) random() io.Reader {
	if h.Rand != nil {
		return h.Rand
	}
	return rand.Reader
}

const contentType = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"

func (a answer) write(w http.ResponseWriter, r *http.Request) error {
	head(w, r)
	h := w.Header()
	if a.location != "" {
		h.Set("Location", a.location)
	}
	body := a.body
	if a.text != "" {
		h.Set("Content-Type", "text/plain")
		body = []byte(a.text)
	} else if body != nil {
		h.Set("Content-Type", contentType)
		h.Set("OData-Version", "4.0")
	}
	if body != nil {
		h.Set("Content-Length", strconv.Itoa(len(body)))
	}
	w.WriteHeader(a.status)
	if body == nil {
		return nil
	}
	_, err := w.Write(body)
	return err
}

// preflight lets pages of any origin call: nothing is known about them but the token that
// they must send themselves.
func preflight(w http.ResponseWriter) error {
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Allow-Methods", "GET, POST, PATCH, DELETE, OPTIONS")
	h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, ConsistencyLevel, Prefer, client-request-id, SdkVersion")
	h.Set("Access-Control-Max-Age", "3600")
	w.WriteHeader(http.StatusOK)
	return nil
}

// head sets what every answer has.
func head(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	id := web.EventFrom(r.Context()).ID()
	h.Set("Cache-Control", "no-cache")
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Expose-Headers", "ETag, Location, Preference-Applied, Content-Range, request-id, client-request-id, ReadWriteConsistencyToken, Retry-After")
	h.Set("Request-Id", id)
	h.Set("Client-Request-Id", clientID(r, id))
}

// clientID is the id that the client gave the request, or else the request's own.
func clientID(r *http.Request, own string) string {
	if id, isGUID := directory.ParseID(r.Header.Get("Client-Request-Id")); isGUID {
		return string(id)
	}
	return own
}

// Render writes a refusal.
func Render(w http.ResponseWriter, r *http.Request, e *Error, now time.Time) {
	head(w, r)
	event := web.EventFrom(r.Context())
	event.Add(slog.String("code", e.Code))
	body := e.JSON(now, event.ID(), clientID(r, event.ID()))
	h := w.Header()
	if e.Status == http.StatusUnauthorized {
		h.Set("Www-Authenticate", `Bearer realm="", authorization_uri="`+baseOf(r)+`/common/oauth2/authorize", client_id="`+string(directory.Graph)+`"`)
	}
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(e.Status)
	_, _ = w.Write(body) // a client that has left needs no answer
}

// baseOf is the address the client used; its host was in the request and is quoted safely.
func baseOf(r *http.Request) string {
	return "https://" + strings.Map(func(c rune) rune {
		if c == '"' || c == '\\' || c < ' ' {
			return -1
		}
		return c
	}, r.Host)
}

// ServeEvaluation answers a token evaluation for those who may read the directory.
func (h *Handler) ServeEvaluation(w http.ResponseWriter, r *http.Request) error {
	a, err := h.evaluation(r)
	if err != nil {
		return from(err)
	}
	return a.write(w, r)
}

func (h *Handler) evaluation(r *http.Request) (answer, error) {
	c := &call{h: h, ctx: r.Context(), now: h.Now(), method: r.Method, directory: h.Directory.Current()}
	if err := c.authenticate(r); err != nil {
		return answer{}, err
	}
	need := readDirectory()
	need.person = administrator
	if err := c.allow(need); err != nil {
		return answer{}, err
	}
	question, err := io.ReadAll(r.Body)
	if err != nil {
		return answer{}, err
	}
	body, err := h.Evaluate(c.tenant, question)
	if err != nil {
		return answer{}, badRequest("Unable to read JSON request payload.")
	}
	return answer{status: http.StatusOK, body: body}, nil
}
