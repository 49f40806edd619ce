package edm

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/catalog"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
)

const (
	root = "https://contoso.example/api/data/v9.2/"

	someMessages = `
complex PingResponse
  Version String
function Ping -> PingResponse
function PingOf Name:String! Times:Collection(Int32) -> PingResponse
action Forget Table:String!
action account.Praise Of:@crmbaseentity! By:Collection(@systemuser) -> PingResponse
each create PingAll -> PingResponse
each update Touch
`
)

// world is the book of the tables that an environment is born with.
type world struct {
	*testing.T
	*Book
	model *meta.Model
}

func open(t testing.TB) (*Book, *meta.Model) {
	t.Helper()
	m, err := catalog.Model()
	if err != nil {
		t.Fatal(err)
	}
	b, err := New(Config{Messages: someMessages})
	if err != nil {
		t.Fatal(err)
	}
	return b, m
}

func newWorld(t *testing.T) world {
	t.Helper()
	b, m := open(t)
	return world{t, b, m}
}

// get reads definitions; the address may have a query string.
func (w world) get(address string) map[string]any {
	w.Helper()
	var body map[string]any
	if err := json.Unmarshal([]byte(w.text(address)), &body); err != nil {
		w.Fatalf("%s: %v", address, err)
	}
	return body
}

func (w world) text(address string) string {
	w.Helper()
	text, err := w.ask(address)
	if err != nil {
		w.Fatalf("%s: %v", address, err)
	}
	return string(text)
}

func (w world) ask(address string) ([]byte, error) {
	path, query, _ := strings.Cut(address, "?")
	return w.Read(Question{Model: w.model, Root: root, Path: path, Query: strings.ReplaceAll(query, " ", "%20")})
}

// fails wants a refusal of this entry with this text in it.
func (w world) fails(address string, want dverr.Entry, text string) {
	w.Helper()
	got, err := w.ask(address)
	var e *dverr.Error
	if !errors.As(err, &e) {
		w.Errorf("%s answered %.200s, %v", address, got, err)
		return
	}
	if e.Entry.Name != want.Name || !strings.Contains(e.Message, text) {
		w.Errorf("%s is refused as %s: %s; want %s: %s", address, e.Entry.Name, e.Message, want.Name, text)
	}
}

// names gives one member of every row.
func names(body map[string]any, member string) []string {
	var all []string
	rows, _ := body["value"].([]any)
	for _, row := range rows {
		one, _ := row.(map[string]any)
		name, _ := one[member].(string)
		all = append(all, name)
	}
	return all
}
