package file

import (
	"testing"
	"time"

	"github.com/stead-s2s/stead/environment/internal/catalog"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
)

// No text but one that the desk sealed is a token.
func FuzzTokens(f *testing.F) {
	k := NewDesk(nil, nil, []byte("key"))
	f.Add("")
	f.Add("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
	f.Add("eyJmIjoiYmxvY2tzIn0")
	f.Fuzz(func(t *testing.T, token string) {
		m := &op.Message{Name: "UploadBlock", Arguments: []op.Member{{Name: "FileContinuationToken", Value: token}}}
		if _, err := k.uploadBlock(t.Context(), engine.Call{}, m); !dverr.FileTokenInvalid.Is(err) {
			t.Errorf("%q: %v", token, err)
		}
	})
}

// A token is for what it was made for, by whom and until it expires.
func TestTokens(t *testing.T) {
	m, err := catalog.Model()
	if err != nil {
		t.Fatal(err)
	}
	call := engine.Call{Model: m, Now: time.Unix(1_000_000, 0)}
	k := NewDesk(nil, nil, []byte("key"))
	body := bodyColumn(m.Table("annotation"))
	made := newTicket(call, forBody, Place{op.Key{Table: body.Table, ID: meta.ID{1}}, body}, "a.txt", meta.ID{2})
	if got, p, err := k.unseal(call, k.seal(made), forBlocks, forBody); err != nil || got != made || p.Column != body || p.Key.ID != (meta.ID{1}) {
		t.Fatalf("%+v at %v: %v", got, p, err)
	}
	another, later := made, call
	another.User = meta.ID{3}.String()
	later.Now = call.Now.Add(ticketTime)
	for name, refused := range map[string]func() error{
		"for something else": func() error { _, _, err := k.unseal(call, k.seal(made), forChunks); return err },
		"too late":           func() error { _, _, err := k.unseal(later, k.seal(made), forBody); return err },
		"somebody else's":    func() error { _, _, err := k.unseal(call, k.seal(another), forBody); return err },
		"another key's": func() error {
			_, _, err := k.unseal(call, NewDesk(nil, nil, []byte("kay")).seal(made), forBody)
			return err
		},
	} {
		if err := refused(); !dverr.FileTokenInvalid.Is(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
