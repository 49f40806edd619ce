package principals

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/stead-s2s/stead/environment/internal/company"
	"github.com/stead-s2s/stead/environment/internal/meta"
)

// Graph is where and as whom the directory is asked. ClientSecret prints as redacted.
type Graph struct {
	URL          string // of Graph: "https://graph.microsoft.com"
	TokenURL     string // of the tenant's token endpoint, v2.0
	Scope        string // "https://graph.microsoft.com/.default"
	ClientID     string
	ClientSecret Secret
	Client       *http.Client
	Now          func() time.Time

	mu      sync.Mutex
	token   Secret
	expires time.Time
}

// Secret is a text that prints as [redacted].
type Secret string

// String hides the text.
func (Secret) String() string { return "[redacted]" }

// GoString hides the text.
func (Secret) GoString() string { return "[redacted]" }

// MarshalText hides the text.
func (Secret) MarshalText() ([]byte, error) { return []byte("[redacted]"), nil }

const (
	// askTime bounds both requests together: somebody waits for the answer.
	askTime = 10 * time.Second
	// answerMax is more than any of the answers takes, in bytes.
	answerMax = 1 << 20
	// early is how long before its end a token is not used any more.
	early = 5 * time.Minute
)

// ServicePrincipal asks for the service principal of an application, and for the
// tenant's default domain, which the user's name is made of.
func (g *Graph) ServicePrincipal(ctx context.Context, application meta.ID) (company.Principal, bool, error) {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	var answer struct {
		Value []struct {
			ID          string   `json:"id"`
			DisplayName string   `json:"displayName"`
			Names       []string `json:"servicePrincipalNames"`
		} `json:"value"`
	}
	query := url.Values{"$filter": {"appId eq '" + application.String() + "'"}, "$select": {"id,displayName,servicePrincipalNames"}}
	if err := g.get(ctx, "/v1.0/servicePrincipals?"+query.Encode(), &answer); err != nil {
		return company.Principal{}, false, err
	}
	if len(answer.Value) == 0 {
		return company.Principal{}, false, nil
	}
	one := answer.Value[0]
	id, err := meta.ParseID(one.ID)
	if err != nil {
		return company.Principal{}, false, fmt.Errorf("id of a service principal: %w", err)
	}
	domain, err := g.domain(ctx)
	return company.Principal{ObjectID: id, Name: one.DisplayName, URI: uri(one.Names), Domain: domain}, err == nil, err
}

// uri is the first name that is not the application's id.
func uri(names []string) string {
	for _, name := range names {
		if strings.Contains(name, ":") {
			return name
		}
	}
	return ""
}

// domain gives the tenant's default domain.
func (g *Graph) domain(ctx context.Context) (string, error) {
	var answer struct {
		Value []struct {
			Domains []struct {
				Name    string `json:"name"`
				Default bool   `json:"isDefault"`
			} `json:"verifiedDomains"`
		} `json:"value"`
	}
	if err := g.get(ctx, "/v1.0/organization", &answer); err != nil {
		return "", err
	}
	for _, organization := range answer.Value {
		for _, d := range organization.Domains {
			if d.Default {
				return d.Name, nil
			}
		}
	}
	return "", errors.New("the organization has no default domain")
}

func (g *Graph) get(ctx context.Context, path string, to any) error {
	token, err := g.bearer(ctx)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, g.URL+path, nil)
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+string(token))
	r.Header.Set("Accept", "application/json")
	return g.send(r, to)
}

// bearer gives a token for Graph, the last one while it is fresh.
func (g *Graph) bearer(ctx context.Context) (Secret, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.token != "" && g.Now().Before(g.expires) {
		return g.token, nil
	}
	form := url.Values{
		"grant_type": {"client_credentials"}, "client_id": {g.ClientID}, "client_secret": {string(g.ClientSecret)}, "scope": {g.Scope},
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, g.TokenURL, strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	var answer struct {
		Token   Secret `json:"access_token"`
		Seconds int64  `json:"expires_in"`
	}
	if err := g.send(r, &answer); err != nil {
		return "", err
	}
	g.token, g.expires = answer.Token, g.Now().Add(time.Duration(answer.Seconds)*time.Second-early)
	return g.token, nil
}

// send reads a JSON answer. What a refusal says is part of the error: it names the
// code and holds no secret.
func (g *Graph) send(r *http.Request, to any) error {
	answer, err := g.Client.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, answerMax))
	if err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s: %s: %s", r.Method, r.URL.Path, answer.Status, body)
	}
	return json.Unmarshal(body, to)
}
