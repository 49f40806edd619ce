package environment_test

import (
	"bufio"
	"crypto/tls"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stead-s2s/stead/environment"
)

// A request with a length and chunks is the last of its connection, whoever sends it and whatever answers: what
// follows it is nobody's request (RFC 9112 6.1).
func TestLengthAndChunksEndTheConnection(t *testing.T) {
	w := start(t)
	for name, h := range map[string]http.Handler{"environment": w.Server, "refusing": w.Refuse(environment.Refusal{Limit: "requests"})} {
		server := httptest.NewTLSServer(h)
		defer server.Close()
		conn, err := tls.Dial("tcp", server.Listener.Addr().String(), server.Client().Transport.(*http.Transport).TLSClientConfig)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		const hidden = "GET /api/data/v9.2/WhoAmI HTTP/1.1\r\nHost: " + host + "\r\n\r\n"
		_, _ = io.WriteString(conn, "POST /api/data/v9.2/accounts HTTP/1.1\r\nHost: "+host+"\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"+hidden)
		answers := bufio.NewReader(conn)
		first, err := http.ReadResponse(answers, nil)
		if err != nil || !first.Close {
			t.Fatalf("%s: %v, %v", name, first, err)
		}
		if _, err := io.Copy(io.Discard, first.Body); err != nil {
			t.Error(err)
		}
		if second, err := http.ReadResponse(answers, nil); err == nil {
			t.Errorf("%s: what was hidden is answered: %s", name, second.Status)
		}
	}
}

// A part of a content is a property in JSON where the path has no /$value, as
// dynamics-web-api asks for every download.
func TestFileAsProperty(t *testing.T) {
	w := withFiles(t)
	app := w.as(t, "contoso-app")
	row := "accounts(" + app.made("accounts", `{"name":"Contoso Ltd."}`) + ")"
	app.binary("PATCH", row+"/new_filecolumn", "twelve bytes", "x-ms-file-name", "a.txt").is(204, "")
	property := func(value string) string {
		return `{"@odata.context":"` + root + "$metadata#" + row + `/new_filecolumn","value":"` + value + `"}`
	}
	app.with("Range", "bytes=0-4194303").get(row+"/new_filecolumn?size=full").is(206, property("dHdlbHZlIGJ5dGVz")).
		has("Content-Type", "application/json; odata.metadata=minimal", "x-ms-file-name", "a.txt", "x-ms-file-size", "12", "Content-Range", "bytes 0-11/12")
	app.with("Range", "bytes=7-").get(row+"/new_filecolumn").is(206, property("Ynl0ZXM="))
	app.with("Range", "bytes=12-20").get(row+"/new_filecolumn").is(416, "…")
	app.delete(row+"/new_filecolumn").is(204, "")
	app.with("Range", "bytes=0-9").get(row+"/new_filecolumn").is(204, "")
}
