package stead

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// usagePath is the page of an environment that shows usage to its administrators.
const usagePath = ownPaths + "usage"

// ReadUsage reads what the users of an environment did, over the wire and as an
// application that is a System Administrator there. The query is the page's: since,
// until, user, format.
func ReadUsage(ctx context.Context, w World, environment, app string, query url.Values) ([]byte, error) {
	e, ok := w.Environment(environment)
	if !ok {
		return nil, fmt.Errorf("no environment %q in this world", environment)
	}
	a, ok := w.App(app)
	if !ok {
		return nil, fmt.Errorf("no application %q in this world", app)
	}
	client, err := trusting(w)
	if err != nil {
		return nil, err
	}
	defer client.CloseIdleConnections()
	token, err := appToken(ctx, client, w, a, e)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, e.URL+usagePath+"?"+query.Encode(), nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "Bearer "+token)
	return bodyOf(client, r)
}

// appToken gets a token by client credentials.
func appToken(ctx context.Context, client *http.Client, w World, a App, e Environment) (string, error) {
	form := url.Values{
		"grant_type": {"client_credentials"}, "client_id": {a.ClientID}, "client_secret": {a.Secret}, "scope": {e.URL + "/.default"},
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, w.Authority+"/"+e.TenantID+"/oauth2/v2.0/token", strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	body, err := bodyOf(client, r)
	if err != nil {
		return "", fmt.Errorf("get a token as %s: %w", a.Name, err)
	}
	var got struct {
		Token string `json:"access_token"`
	}
	return got.Token, json.Unmarshal(body, &got)
}

// bodyOf gives the body of a good answer.
func bodyOf(client *http.Client, r *http.Request) ([]byte, error) {
	answer, err := client.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answers %s: %s", r.URL.Host, answer.Status, strings.TrimSpace(string(body)))
	}
	return body, nil
}
