package discovery

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/internal/oidc"
	"github.com/stead-s2s/stead/internal/web"
)

// Path begins the paths of the service.
const Path = "/api/discovery/v2.0/"

// Config is what the service is composed of. Every field is needed, Logger excepted.
type Config struct {
	Verifier *oidc.Verifier
	// Instances gives the environments in which a person is a user that is enabled.
	Instances func(context.Context, access.Identity) ([]Instance, error)

	URL              string // the service's own: scheme and host, without a slash at the end
	AuthorizationURI string // where challenges send a client for a token

	Logger *slog.Logger // nil: nothing is logged
	Now    func() time.Time
}

// maxTime is what a request may take.
const maxTime = 30 * time.Second

type service struct{ Config }

// New returns the handler of the service.
func New(c Config) http.Handler {
	s := &service{c}
	return web.Handler(web.HandlerOptions{Logger: c.Logger, Render: s.render, MaxBody: 1 << 10, Timeout: maxTime, Now: c.Now}, s.serve)
}

// challenge is a 401.
type challenge struct{ cause error }

// Error gives the reason, for the log.
func (c *challenge) Error() string {
	if c.cause == nil {
		return "the request has no bearer token"
	}
	return c.cause.Error()
}

// Unwrap gives the verifier's refusal.
func (c *challenge) Unwrap() error { return c.cause }

func (s *service) serve(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Access-Control-Allow-Origin", "*")
	if r.Method == http.MethodOptions {
		w.Header().Set("Access-Control-Allow-Headers", "authorization,content-type,odata-version,odata-maxversion")
		w.Header().Set("Access-Control-Allow-Methods", "GET")
		return nil
	}
	who, err := s.identify(r)
	if err != nil {
		return err
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "OPTIONS,GET,HEAD")
		return dverr.MethodNotAllowed.With(r.Method)
	}
	resource, below := strings.CutPrefix(r.URL.Path, Path)
	key, one := strings.CutPrefix(resource, "Instances(")
	switch {
	case !below:
		return dverr.SegmentNotFound.With(strings.Trim(r.URL.Path, "/"))
	case resource == "":
		return s.write(w, `{"@odata.context":"`+s.root()+`$metadata","value":[{"name":"Instances","kind":"EntitySet","url":"Instances"}]}`)
	case resource == "$metadata":
		return document(w)
	case resource == "Instances":
		return s.list(w, r, who)
	case one && strings.HasSuffix(key, ")"):
		return s.one(w, r, who, strings.TrimSuffix(key, ")"))
	}
	return dverr.SegmentNotFound.With(resource)
}

func (s *service) root() string { return s.URL + Path }

// identify verifies the token and reads the ids of a person. For an application the
// identity says so and names nobody.
func (s *service) identify(r *http.Request) (who access.Identity, err error) {
	scheme, bearer, _ := strings.Cut(strings.TrimSpace(r.Header.Get("Authorization")), " ")
	if !strings.EqualFold(scheme, "Bearer") || bearer == "" {
		return who, &challenge{}
	}
	token, err := s.Verifier.Verify(r.Context(), strings.TrimSpace(bearer))
	if err != nil {
		var failed *oidc.Error
		if r.Context().Err() == nil && errors.As(err, &failed) && failed.Check != oidc.Unreachable {
			err = &challenge{err}
		}
		return who, err
	}
	if who.App = token.App; who.App {
		return who, nil
	}
	if who.Tenant, err = meta.ParseID(token.Tenant); err == nil {
		who.ObjectID, err = meta.ParseID(token.ObjectID)
	}
	if err != nil {
		return who, &challenge{fmt.Errorf("read the ids of a token: %w", err)}
	}
	return who, nil
}

// instances gives what the caller may know of.
func (s *service) instances(ctx context.Context, who access.Identity) ([]Instance, error) {
	if who.App {
		return nil, nil
	}
	return s.Instances(ctx, who)
}

func (s *service) list(w http.ResponseWriter, r *http.Request, who access.Identity) error {
	o, err := readOptions(r.URL.RawQuery)
	if err != nil {
		return err
	}
	all, err := s.instances(r.Context(), who)
	if err != nil {
		return err
	}
	var b strings.Builder
	b.WriteString(`{"@odata.context":"` + s.root() + `$metadata#Instances` + o.shown() + `","value":[`)
	n := 0
	for _, i := range all {
		if o.filter != nil && !o.filter.holds(i) {
			continue
		}
		if n++; n > 1 {
			b.WriteByte(',')
		}
		b.WriteString("{" + o.text(i) + "}")
	}
	return s.write(w, b.String()+"]}")
}

// one answers an instance by its id, or by UniqueName='…'.
func (s *service) one(w http.ResponseWriter, r *http.Request, who access.Identity, key string) error {
	o, err := readOptions(r.URL.RawQuery)
	if err != nil {
		return err
	}
	if o.filter != nil {
		return dverr.QueryInvalid.Text("The query option '$filter' cannot be applied to a single instance.")
	}
	name, unique := strings.CutPrefix(key, "UniqueName=")
	id, err := meta.ParseID(key)
	if unique == (err == nil) {
		return dverr.BadKeySyntax.With()
	}
	all, err := s.instances(r.Context(), who)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(all, func(i Instance) bool {
		return unique && strings.ToLower(i.UniqueName) == comparable(name) || !unique && i.Id == id.String()
	})
	if at < 0 {
		return dverr.ObjectDoesNotExist.With("Instance", key)
	}
	return s.write(w, `{"@odata.context":"`+s.root()+`$metadata#Instances`+o.shown()+`/$entity",`+o.text(all[at])+"}")
}

// options are the two query options of the service (Dataverse facts 1.8).
type options struct {
	chosen []string // nil: all properties
	filter condition
}

func readOptions(raw string) (o options, err error) {
	values, err := url.ParseQuery(raw)
	if err != nil {
		return o, dverr.QueryInvalid.Text("The query string cannot be read.").Because(err)
	}
	for name, value := range values {
		switch name {
		case "$select":
			o.chosen = strings.Split(strings.ReplaceAll(value[0], " ", ""), ",")
			for _, c := range o.chosen {
				if !slices.Contains(names(), c) {
					return o, dverr.QueryInvalid.Text("Could not find a property named '%s' on type 'Microsoft.Dynamics.CRM.Instance'.", c)
				}
			}
		case "$filter":
			o.filter, err = parseFilter(value[0])
		default:
			if strings.HasPrefix(name, "$") {
				err = dverr.QueryInvalid.Text("The query option '%s' is not supported by the discovery service.", name)
			}
		}
		if err != nil {
			return o, err
		}
	}
	return o, nil
}

// shown names the chosen properties in the context.
func (o options) shown() string {
	if o.chosen == nil {
		return ""
	}
	return "(" + strings.Join(o.chosen, ",") + ")"
}

// text writes the properties asked for.
func (o options) text(i Instance) string {
	var parts []string
	for _, m := range i.members() {
		if o.chosen == nil || slices.Contains(o.chosen, m.name) {
			parts = append(parts, `"`+m.name+`":`+string(m.value))
		}
	}
	return strings.Join(parts, ",")
}

func (s *service) write(w http.ResponseWriter, body string) error {
	w.Header().Set("Content-Type", "application/json; odata.metadata=minimal")
	w.Header()["OData-Version"] = []string{"4.0"}
	_, err := w.Write([]byte(body))
	return err
}

// document writes $metadata.
func document(w http.ResponseWriter) error {
	var b strings.Builder
	b.WriteString(`<edmx:Edmx xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx" Version="4.0"><edmx:DataServices>` +
		`<Schema xmlns="http://docs.oasis-open.org/odata/ns/edm" Namespace="Microsoft.Dynamics.CRM">` +
		`<EntityType Name="Instance"><Key><PropertyRef Name="Id"/></Key>`)
	for _, name := range names() {
		kind := types[name]
		if kind == "" {
			kind = "Edm.String"
		}
		b.WriteString(`<Property Name="` + name + `" Type="` + kind + `"/>`)
	}
	b.WriteString(`</EntityType><EntityContainer Name="System"><EntitySet Name="Instances" EntityType="Microsoft.Dynamics.CRM.Instance"/></EntityContainer>` +
		`</Schema></edmx:DataServices></edmx:Edmx>`)
	w.Header().Set("Content-Type", "application/xml")
	_, err := w.Write([]byte(b.String()))
	return err
}

// render writes every failure. The challenge names the service as the resource (Dataverse
// facts 1.8).
func (s *service) render(w http.ResponseWriter, _ *http.Request, err error) {
	var c *challenge
	if errors.As(err, &c) {
		w.Header().Set("WWW-Authenticate", "Bearer authorization_uri="+s.AuthorizationURI+", resource_id="+s.URL+"/")
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	d := dverr.From(err)
	text, _ := json.Marshal(map[string]any{"error": struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	}{d.Entry.Code.String(), d.Message}})
	w.Header().Set("Content-Type", "application/json; odata.metadata=minimal")
	w.Header()["OData-Version"] = []string{"4.0"}
	w.WriteHeader(d.HTTPStatus())
	_, _ = w.Write(text) // a client that went away is nobody to tell
}
