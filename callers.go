package stead

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
)

// maxPeek bounds how much of a form is read to find out who sends it, in bytes.
const maxPeek = 64 << 10

// bearerApp reads the application id that a bearer token claims, without believing it.
func bearerApp(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	parts := strings.Split(strings.TrimSpace(token), ".")
	if !strings.EqualFold(scheme, "Bearer") || len(parts) != 3 {
		return ""
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return ""
	}
	var claims struct {
		V1 string `json:"appid"`
		V2 string `json:"azp"`
	}
	if json.Unmarshal(payload, &claims) != nil {
		return ""
	}
	if claims.V1 != "" {
		return claims.V1
	}
	return claims.V2
}

// clientOf reads the client id of a request to the authority: from the Basic header, the
// query or the form, which stays readable.
func clientOf(r *http.Request) string {
	if user, _, ok := r.BasicAuth(); ok {
		if id, err := url.QueryUnescape(user); err == nil {
			return id
		}
	}
	if id := r.URL.Query().Get("client_id"); id != "" {
		return id
	}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind != "application/x-www-form-urlencoded" || r.Body == nil {
		return ""
	}
	head, err := io.ReadAll(io.LimitReader(r.Body, maxPeek))
	r.Body = again{io.MultiReader(bytes.NewReader(head), rest{r.Body, err}), r.Body}
	form, _ := url.ParseQuery(string(head)) // what cannot be read names nobody
	return form.Get("client_id")
}

// again is a body whose beginning is read a second time.
type again struct {
	io.Reader
	io.Closer
}

// rest is what follows the beginning, or the error that stopped it.
type rest struct {
	io.Reader
	err error
}

// Read gives the error first.
func (r rest) Read(p []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	return r.Reader.Read(p)
}
