package store_test

import (
	"path/filepath"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/catalog"
	"github.com/stead-s2s/stead/environment/internal/store"
)

// BenchmarkOpenFresh makes a whole environment: every table of the catalog.
func BenchmarkOpenFresh(b *testing.B) {
	m, err := catalog.Model()
	if err != nil {
		b.Fatal(err)
	}
	dir := b.TempDir()
	for i := 0; b.Loop(); i++ {
		s, err := store.Open(b.Context(), store.Config{Path: filepath.Join(dir, string(rune('a'+i%26))+string(rune('a'+i/26))), Model: m})
		if err != nil {
			b.Fatal(err)
		}
		s.Close()
	}
}
