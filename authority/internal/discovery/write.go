package discovery

import (
	"bytes"
	"encoding/json"
	"html/template"
	"net/http"
	"strconv"

	"github.com/stead-s2s/stead/authority/internal/aadsts"
)

// writeCached writes a document that may be kept for a day and read by pages of any
// origin (Entra facts 1.2).
func writeCached(w http.ResponseWriter, document any) error {
	var body bytes.Buffer
	e := json.NewEncoder(&body)
	e.SetEscapeHTML(false)
	if err := e.Encode(document); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Cache-Control", "max-age=86400, private")
	h.Del("Pragma")
	h.Del("Expires")
	Share(h)
	return write(w, http.StatusOK, "application/json; charset=utf-8", bytes.TrimSuffix(body.Bytes(), []byte{'\n'}))
}

// Share lets pages of any origin read a document.
func Share(h http.Header) {
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Allow-Methods", "GET, OPTIONS")
}

var page = template.Must(template.New("error").Parse(`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Error code</title></head><body>
{{if .Number}}<h1>{{.Code}}</h1>
<p>{{.Name}}: <code>{{.Word}}</code></p>
<p>{{.Text}}</p>
{{else}}<h1>No such error code</h1>
{{end}}</body></html>
`))

// writePage writes the page about an entry, or about none.
func writePage(w http.ResponseWriter, status int, entry aadsts.Entry) error {
	var body bytes.Buffer
	err := page.Execute(&body, struct {
		aadsts.Entry
		Text string
	}{entry, entry.Explanation()})
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("Referrer-Policy", "no-referrer")
	return write(w, status, "text/html; charset=utf-8", body.Bytes())
}

func write(w http.ResponseWriter, status int, kind string, body []byte) error {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, err := w.Write(body)
	return err
}
