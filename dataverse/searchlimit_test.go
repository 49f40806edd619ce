package dataverse_test

import (
	"testing"

	"github.com/stead-s2s/stead/dataverse"
	"github.com/stead-s2s/stead/steadtest"
)

// One search a second is what a user has: the client waits for the next, and the caller sees no
// refusal.
func TestSearchWaitsForItsLimit(t *testing.T) {
	t.Parallel()
	w := steadtest.Start(t, nil)
	c := w.Client(t, "contoso-app")
	for range 2 {
		if found, err := c.Search(t.Context(), dataverse.Search{Text: "coffee"}); err != nil || len(found.Hits) == 0 {
			t.Errorf("%+v %v", found, err)
		}
	}
}
