package engine_test

import (
	"testing"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/op"
)

// No text but one that the engine sealed is a token.
func FuzzTokens(f *testing.F) {
	w := newWorld(f)
	f.Add("")
	f.Add("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
	f.Add("eyJmIjoiYmxvY2tzIn0")
	f.Fuzz(func(t *testing.T, token string) {
		m := &op.Message{Name: "UploadBlock", Arguments: []op.Member{{Name: "FileContinuationToken", Value: token}}}
		err := w.engine.Do(t.Context(), engine.Call{Model: w.model, Now: w.now}, m, func(engine.Result) error { return nil })
		if !dverr.FileTokenInvalid.Is(err) {
			t.Errorf("%q: %v", token, err)
		}
	})
}
