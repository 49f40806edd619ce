package grant

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"
)

// token is what a request gets.
type token struct {
	request   Request
	text      []byte
	resource  string
	expires   time.Time
	notBefore time.Time
	lifetime  time.Duration
}

// longLived is the life from which clients are told to come back earlier (Entra facts
// 2.2).
const longLived = 7200

// body is the answer: v2.0 has numbers, v1.0 only strings and more of them. scope is
// never there (Entra facts 0.5).
func (t token) body() ([]byte, error) {
	left := int64(t.lifetime/time.Second) - 1 // as Entra: 3599 of an hour
	out := make([]byte, 0, len(t.text)+512)
	out = append(out, `{"token_type":"Bearer",`...)
	if t.request.Version == 2 {
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
		resource, err := json.Marshal(t.resource)
		if err != nil {
			return nil, err
		}
		out = append(append(append(out, `"resource":`...), resource...), ',')
	}
	out = append(append(out, `"access_token":"`...), t.text...)
	return append(out, `"}`...), nil
}

func (token) number(out []byte, name string, value int64, quote string) []byte {
	out = append(append(append(out, '"'), name...), `":`...)
	out = strconv.AppendInt(append(out, quote...), value, 10)
	return append(append(out, quote...), ',')
}

func (t token) write(w http.ResponseWriter) error {
	body, err := t.body()
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	_, err = w.Write(body)
	return err
}
