package grant

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/stead-s2s/stead/authority/internal/directory"
)

// token is what a request gets.
type token struct {
	version   int // of the endpoint
	text      []byte
	resource  string
	expires   time.Time
	notBefore time.Time
	lifetime  time.Duration // what is left of it
	issued    time.Time     // set when it may be given out again

	// Of people's grants; empty: not there.
	scope      string
	refresh    string
	idToken    string
	clientInfo string
}

// longLived is the life from which clients are told to come back earlier (Entra facts
// 2.2).
const longLived = 7200

// body is the answer: v2.0 has numbers, v1.0 only strings and more of them. scope is
// there for people only (Entra facts 0.5).
func (t token) body() []byte {
	left := int64(t.lifetime/time.Second) - 1 // as Entra: 3599 of an hour
	out := make([]byte, 0, len(t.text)+len(t.idToken)+512)
	out = append(out, `{"token_type":"Bearer",`...)
	if t.scope != "" {
		out = t.quoted(out, "scope", t.scope)
	}
	if t.version == 2 {
		out = t.number(out, "expires_in", left, "")
		out = t.number(out, "ext_expires_in", left, "")
		if left >= longLived {
			out = t.number(out, "refresh_in", left/2, "")
		}
	} else {
		out = t.number(out, "expires_in", left, `"`)
		out = t.number(out, "ext_expires_in", left, `"`)
		out = t.number(out, "expires_on", t.expires.Unix(), `"`)
		out = t.number(out, "not_before", t.notBefore.Unix(), `"`)
		out = t.quoted(out, "resource", t.resource)
	}
	out = append(append(append(out, `"access_token":"`...), t.text...), '"')
	for _, more := range [...][2]string{{"refresh_token", t.refresh}, {"id_token", t.idToken}, {"client_info", t.clientInfo}} {
		if more[1] != "" {
			out = append(append(append(append(append(out, `,"`...), more[0]...), `":"`...), more[1]...), '"')
		}
	}
	return append(out, '}')
}

func (token) number(out []byte, name string, value int64, quote string) []byte {
	out = append(append(append(out, '"'), name...), `":`...)
	out = strconv.AppendInt(append(out, quote...), value, 10)
	return append(append(out, quote...), ',')
}

// quoted writes a text that somebody else chose.
func (token) quoted(out []byte, name, value string) []byte {
	text, err := json.Marshal(value)
	if err != nil { // strings cannot fail
		panic(err)
	}
	out = append(append(append(out, '"'), name...), `":`...)
	return append(append(out, text...), ',')
}

func (t token) write(w http.ResponseWriter) error { return writeJSON(w, t.body()) }

func writeJSON(w http.ResponseWriter, body []byte) error {
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	_, err := w.Write(body)
	return err
}

// ClientInfo is the member client_info: whose tokens these are, for the caches of clients
// (Entra facts 2.6).
func ClientInfo(u *directory.User) string {
	text := `{"uid":"` + string(u.ID) + `","utid":"` + string(u.TenantID) + `"}`
	return base64.RawURLEncoding.EncodeToString([]byte(text))
}
