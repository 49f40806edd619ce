package webapi

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"

	"github.com/stead-s2s/stead/environment/internal/odata"
)

// wantsEncoded reports a request for a part of a content as a property in JSON: the path
// has no /$value, yet there is a Range. No document of the service shows the answer;
// dynamics-web-api reads every download in this form.
func wantsEncoded(r *http.Request, p odata.Path) bool {
	return r.Method == http.MethodGet && p.Suffix == odata.NoSuffix && r.Header.Get("Range") != ""
}

// sendEncoded writes a part of a content as the property's value, in base64.
func sendEncoded(w http.ResponseWriter, q *request, status int, part io.Reader) error {
	w.Header().Del("Content-Length")
	w.Header().Set("Content-Type", jsonType)
	w.WriteHeader(status)
	context, err := json.Marshal(q.odata.Root + "$metadata#" + rowPath(*q.path.Key) + "/" + q.path.Column.Property)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(w, `{"@odata.context":`+string(context)+`,"value":"`); err != nil {
		return err
	}
	text := base64.NewEncoder(base64.StdEncoding, w)
	if _, err := io.Copy(text, part); err != nil {
		return err
	}
	if err := text.Close(); err != nil {
		return err
	}
	_, err = io.WriteString(w, `"}`)
	return err
}
