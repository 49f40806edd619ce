package authority

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"slices"

	"github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/authority/internal/evaluate"
	"github.com/stead-s2s/stead/authority/internal/graph"
	"github.com/stead-s2s/stead/authority/internal/tenancy"
	"github.com/stead-s2s/stead/internal/oidc"
)

// Question, Answer and Link are those of a token evaluation: what token would an
// application get for a resource, and why not.
type (
	Question = evaluate.Question
	Answer   = evaluate.Answer
	Link     = evaluate.Link
)

// Evaluate says what token an application would get for a resource, with every link of the
// chain and what mends it when it is broken. Nothing is issued.
func (s *Server) Evaluate(q Question) Answer {
	return evaluate.Evaluator{Directory: s.directory.Current(), Issuers: s.issuers(), Now: s.config.Now()}.Evaluate(q)
}

func (s *Server) issuers() tenancy.Issuers {
	return tenancy.Issuers{BaseURL: s.config.BaseURL, V1: s.config.V1Issuer}
}

// graphAPI makes the directory's administration. Its tokens are verified as any resource
// verifies them, by the metadata and keys that this authority publishes.
func (s *Server) graphAPI() (*graph.Handler, error) {
	base := s.config.BaseURL
	verifier, err := oidc.New(oidc.Config{
		Issuers: []oidc.Issuer{
			{Metadata: base + "/common/.well-known/openid-configuration", Issuer: s.issuers().Template(1), Version: "1.0"},
			{Metadata: base + "/common/v2.0/.well-known/openid-configuration", Issuer: s.issuers().Template(2), Version: "2.0"},
		},
		Audiences: graph.Audiences(base), Client: &http.Client{Transport: inward{s.serve}}, Now: s.config.Now,
	})
	if err != nil {
		return nil, fmt.Errorf("graph: %w", err)
	}
	return &graph.Handler{
		Directory: s.directory, Verify: verifier.Verify, Tickets: s.tickets, Journal: s.journal,
		BaseURL: base, Now: s.config.Now, Rand: s.config.Rand, Evaluate: s.evaluateFor,
	}, nil
}

// evaluateFor answers a question that came over the wire; it can be about no tenant but
// the caller's own.
func (s *Server) evaluateFor(tenant *directory.Tenant, body []byte) ([]byte, error) {
	var q Question
	if err := json.Unmarshal(body, &q); err != nil {
		return nil, err
	}
	q.Tenant = string(tenant.ID)
	return json.Marshal(s.Evaluate(q))
}

// inward is a transport to this server itself, without a network.
type inward struct {
	serve func(http.ResponseWriter, *http.Request) error
}

// RoundTrip answers with what the server answers.
func (i inward) RoundTrip(r *http.Request) (*http.Response, error) {
	w := &written{status: http.StatusOK, header: http.Header{}}
	if err := i.serve(w, r); err != nil {
		return nil, err
	}
	return &http.Response{
		StatusCode: w.status, Status: http.StatusText(w.status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: w.header, Body: io.NopCloser(&w.body), ContentLength: int64(w.body.Len()), Request: r,
	}, nil
}

// written is a response in memory.
type written struct {
	status int
	header http.Header
	body   bytes.Buffer
}

func (w *written) Header() http.Header         { return w.header }
func (w *written) WriteHeader(status int)      { w.status = status }
func (w *written) Write(p []byte) (int, error) { return w.body.Write(p) }

// refresh brings the first-party applications of an older directory up to date, makes Graph
// known by where this authority runs, and forgets what was deleted long ago.
func (s *Server) refresh(ctx context.Context) error {
	return s.directory.Update(ctx, func(d *directory.Snapshot) (directory.Change, error) {
		c := d.Expired(s.config.Now())
		for _, app := range directory.FirstParty() {
			if have, found := d.Application(app.AppID); found && !reflect.DeepEqual(*have, app) {
				c.Put.Applications = append(c.Put.Applications, app)
			}
		}
		for _, p := range d.Principals(directory.Graph) {
			if here := []string{s.config.BaseURL}; !slices.Equal(p.Addresses, here) {
				moved := p.ServicePrincipal
				moved.Addresses = here
				c.Put.ServicePrincipals = append(c.Put.ServicePrincipals, moved)
			}
		}
		return c, nil
	})
}

// forgetDeleted takes away what can be restored no longer.
func (s *Server) forgetDeleted(ctx context.Context) error {
	return s.directory.Update(ctx, func(d *directory.Snapshot) (directory.Change, error) {
		return d.Expired(s.config.Now()), nil
	})
}

// graphError is the refusal of a request for Graph, if it is one.
func graphError(err error) (*graph.Error, bool) { return errors.AsType[*graph.Error](err) }
