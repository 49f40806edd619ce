package stead

import (
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"
)

func bearer(payload string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header.Set("Authorization", "bearer e30."+base64.RawURLEncoding.EncodeToString([]byte(payload))+".sig")
	return r
}

func TestBearerApp(t *testing.T) {
	for payload, want := range map[string]string{
		`{"appid":"a1","ver":"1.0"}`: "a1", `{"azp":"a2","ver":"2.0"}`: "a2", `{}`: "", `[`: "", `{"appid":7}`: "",
	} {
		if got := bearerApp(bearer(payload)); got != want {
			t.Errorf("%s is read as %q", payload, got)
		}
	}
	for _, header := range []string{"", "Bearer", "Bearer x", "Bearer a.!.c", "Basic a.e30.c"} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("Authorization", header)
		if got := bearerApp(r); got != "" {
			t.Errorf("%q is read as %q", header, got)
		}
	}
}

func post(body io.Reader) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/t/oauth2/v2.0/token", body)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	return r
}

// Who asks is read from where clients say it, and the body is there for the authority,
// whatever its length.
func TestClientOf(t *testing.T) {
	long := "client_id=a1&scope=" + strings.Repeat("x", 3*maxPeek)
	for _, body := range []string{"client_id=a1", "scope=x&client_id=a1", long} {
		r := post(strings.NewReader(body))
		if got := clientOf(r); got != "a1" {
			t.Errorf("read as %q", got)
		}
		if left, err := io.ReadAll(r.Body); err != nil || string(left) != body {
			t.Errorf("%d of %d bytes are left, %v", len(left), len(body), err)
		}
	}
	r := post(nil)
	r.SetBasicAuth("a%2D2", "secret")
	if got := clientOf(r); got != "a-2" {
		t.Errorf("Basic is read as %q", got)
	}
	if got := clientOf(httptest.NewRequest(http.MethodGet, "/authorize?client_id=a3", nil)); got != "a3" {
		t.Errorf("the query is read as %q", got)
	}
	r = post(strings.NewReader(`{"client_id":"a4"}`))
	r.Header.Set("Content-Type", "application/json")
	if got := clientOf(r); got != "" {
		t.Errorf("JSON is read as %q", got)
	}
}

// A body that breaks off breaks off for the authority too.
func TestBrokenBody(t *testing.T) {
	cut := errors.New("cut")
	r := post(io.MultiReader(strings.NewReader("client_id=a1"), iotest.ErrReader(cut)))
	if got := clientOf(r); got != "a1" {
		t.Errorf("read as %q", got)
	}
	if left, err := io.ReadAll(r.Body); !errors.Is(err, cut) || string(left) != "client_id=a1" {
		t.Errorf("left %q, %v", left, err)
	}
}

func FuzzCallers(f *testing.F) {
	f.Add("Bearer e30.e30.x", "client_id=a1")
	f.Add("Basic YTpi", "client_id=%zz&client_id=1")
	f.Fuzz(func(t *testing.T, header, body string) {
		r := post(strings.NewReader(body))
		r.Header["Authorization"] = []string{header}
		bearerApp(r)
		clientOf(r)
		if left, err := io.ReadAll(r.Body); err != nil || string(left) != body {
			t.Errorf("left %q, %v", left, err)
		}
	})
}
