package dataverse

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"testing"
)

// FuzzReadBatch: whatever a server answers, each request is settled at most once, and without an error of
// the whole all are settled.
func FuzzReadBatch(f *testing.F) {
	f.Add([]byte("--b\r\nContent-Type: application/http\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n\r\n--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\nContent-ID: 1\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n\r\n--c\r\nContent-ID: 2\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n\r\n--c--\r\n--b--\r\n"))
	f.Add([]byte("--b\r\nContent-Type: application/http\r\n\r\nHTTP/1.1 404 Not Found\r\n\r\n{\"error\":{\"code\":\"0x80040217\",\"message\":\"no\"}}\r\n--b--\r\n"))
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, goOn := range []bool{false, true} {
			settled := map[int]int{}
			n := 0
			one := func(id string) *part {
				n++
				i := n
				return &part{client: &Client{core: &core{origin: &url.URL{Scheme: "https", Host: "h"}}}, contentID: id, request: request{method: "POST", path: "accounts"}, settle: func(*answer, error) { settled[i]++ }}
			}
			units := []*unit{{parts: []*part{one("")}}, {changeSet: true, parts: []*part{one("1"), one("2")}}}
			a := &answer{Response: &http.Response{Header: http.Header{"Content-Type": {"multipart/mixed; boundary=b"}}, Body: io.NopCloser(bytes.NewReader(body))}}
			err := readBatch(a, units, goOn)
			for i, times := range settled {
				if times > 1 {
					t.Errorf("request %d is settled %d times", i, times)
				}
			}
			if err == nil && goOn && len(settled) != 3 {
				t.Errorf("%d requests of 3 are settled", len(settled))
			}
		}
	})
}

// FuzzDeletion: what the server says of a deleted row is read or refused.
func FuzzDeletion(f *testing.F) {
	f.Add([]byte(`{"@odata.context":"https://h/api/data/v9.2/$metadata#accounts/$deletedEntity","id":"5a1f0000-0000-4000-8000-0e10000000c2","reason":"deleted"}`))
	f.Add([]byte(`{"@odata.etag":"W/\"1\"","id":7}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if id, deleted, err := deletion(raw); err == nil && !deleted && !id.IsZero() {
			t.Errorf("%s: id %s of a row that is there", raw, id)
		}
	})
}
