package sqlgen

import (
	"testing"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
	"pgregory.net/rapid"
)

// A set holds what was put in, and nothing else.
func TestIDSet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		few := rapid.Custom(func(t *rapid.T) meta.ID { // ids that differ in few bits
			return meta.ID{0: rapid.Byte().Draw(t, "first"), 15: rapid.ByteRange(1, 255).Draw(t, "last")}
		})
		ids := rapid.SliceOf(few).Draw(t, "ids")
		in := map[meta.ID]bool{}
		var values []query.Value
		for _, id := range ids {
			in[id] = true
			values = append(values, query.GUID(id))
		}
		set := []byte(idSet(values))
		for _, id := range append(ids, rapid.SliceOf(few).Draw(t, "others")...) {
			if Among(set, id[:]) != in[id] {
				t.Fatalf("%s is in the set: %v", id, !in[id])
			}
		}
		zero := meta.ID{}
		if Among(set, zero[:]) || Among(set, nil) || Among(nil, zero[:]) {
			t.Fatal("nothing is in a set")
		}
	})
}
