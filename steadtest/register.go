package steadtest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/stead-s2s/stead"
)

// register makes an application in the tenant of contoso, with a service principal and a
// secret, through Graph.
func (w *World) register(ctx context.Context, name string) (stead.App, error) {
	var app struct{ ID, AppID string }
	if err := w.graph(ctx, "applications", map[string]any{"displayName": name, "signInAudience": "AzureADMyOrg"}, &app); err != nil {
		return stead.App{}, err
	}
	var secret struct{ SecretText string }
	if err := w.graph(ctx, "applications/"+app.ID+"/addPassword", map[string]any{"passwordCredential": map[string]any{"displayName": "test"}}, &secret); err != nil {
		return stead.App{}, err
	}
	if err := w.graph(ctx, "servicePrincipals", map[string]any{"appId": app.AppID}, nil); err != nil {
		return stead.App{}, err
	}
	contoso, _ := w.Tenant("contoso")
	made := stead.App{
		Name: name, ClientID: app.AppID, TenantID: contoso.ID, Audience: "AzureADMyOrg", Secret: secret.SecretText, RedirectURIs: []string{},
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.Apps = append(w.Apps, made)
	return made, nil
}

// graph posts to Graph as the administrator of contoso.
func (w *World) graph(ctx context.Context, path string, in, out any) error {
	cred, err := w.credential(Administrator)
	if err != nil {
		return err
	}
	token, err := cred.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{"https://graph.microsoft.com/.default"}})
	if err != nil {
		return err
	}
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, w.Authority+"/v1.0/"+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+token.Token)
	r.Header.Set("Content-Type", "application/json")
	answer, err := w.client.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	if answer.StatusCode >= 300 {
		return fmt.Errorf("graph %s: %w", path, refused(answer.StatusCode, text))
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(text, out)
}

// refused is what Graph said.
func refused(status int, text []byte) error {
	var said struct {
		Error struct{ Code, Message string }
	}
	if json.Unmarshal(text, &said) == nil && said.Error.Message != "" {
		return fmt.Errorf("%d %s: %s", status, said.Error.Code, said.Error.Message)
	}
	return fmt.Errorf("%d %s", status, bytes.TrimSpace(text))
}
