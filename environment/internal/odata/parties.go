package odata

import (
	"bytes"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
)

// HasParties reports the navigation property of an activity to its parties, the one
// collection that can be written whole (Dataverse facts 5.10).
func HasParties(nav meta.Navigation) bool {
	return !nav.Single && nav.Target != nil && nav.Target.LogicalName == meta.PartyTable && nav.To != nil && nav.To.LogicalName == "activityid"
}

// ReadParties reads the body of a PUT of parties: {"value":[{…},…]}.
func (r Request) ReadParties(nav meta.Navigation, body []byte) (*op.Whole, error) {
	b := bodyReader{r: r, t: nav.Target, mode: op.UpdateOnly, bare: true, parties: true, list: &nav, seen: map[string]bool{}}
	err := b.read(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")))
	if err == nil && !b.seen["value"] {
		err = payloadError("The property with name 'value' was missing or out of order.")
	}
	if err != nil {
		return nil, b.wrap(err)
	}
	return b.whole(), nil
}

// whole is the collection of parties that the body gave, nil when it gave none.
func (b *bodyReader) whole() *op.Whole {
	if !b.parties || b.list == nil {
		return nil
	}
	return &op.Whole{Nav: *b.list, Rows: b.related}
}
