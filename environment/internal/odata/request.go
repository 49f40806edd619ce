package odata

import (
	"time"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/predicate"
)

// Request is what reading and writing need to know of one HTTP request. It is a
// value: copy it, never share a pointer to it.
type Request struct {
	// Model is the model pinned for the request.
	Model *meta.Model
	// Root is the service root that generated links start with: scheme, host and
	// version of the request, ending with a slash (Dataverse facts 5.1).
	Root string
	// Resource is the collection that the request is for, relative to Root, where that
	// is not a table's set: accounts(…)/Account_Tasks.
	Resource string
	// PageSize is the odata.maxpagesize preference; 0 when it was not given.
	PageSize int
	// Annotations says which annotations rows carry.
	Annotations Annotations
	// Zone is the clock by which formatted values show dates; nil is UTC's.
	Zone *time.Location
	// TrackChanges is the odata.track-changes preference, which ReadChanges heeds.
	TrackChanges bool
	// Content are the rows that content IDs stand for, by id without $; nil outside of
	// change sets (Dataverse facts 5.15).
	Content map[string]op.Key
	// Conditions says what relative dates and the current user mean in query functions.
	// It is asked when a query has one.
	Conditions func() predicate.Reader
	// Seal signs next links. Reading or writing one without it is an error.
	Seal Seal
}

// Seal gives a keyed checksum of data and of the effective user. A next link is
// accepted only when the seal of its content is the one it carries, so that it
// cannot be replayed by another caller nor with another filter.
type Seal func(data []byte) []byte

func (r Request) conditions() predicate.Reader {
	if r.Conditions == nil {
		return predicate.Reader{}
	}
	return r.Conditions()
}

// The limits of Dataverse facts 5.1 and 5.12, and Stead's own on nesting.
const (
	maxQueryBytes  = 64 << 10 // of a batch's parts; other requests end sooner
	maxRows        = 5000     // of a page, of a count, of an expanded collection
	maxFilterDepth = 100
	maxExpands     = 15
	maxJSONDepth   = 32
)

// invalid refuses a URL in OData's words, with the code that current servers give
// for everything the OData reader finds wrong in a URL.
func invalid(format string, args ...any) error {
	return dverr.QueryInvalid.Text(format, args...)
}

// notBuilt says plainly that a documented feature is missing.
func notBuilt(what string) error {
	return dverr.NotImplemented.Text("%s is not yet implemented.", what)
}

func unknownProperty(name string, t *meta.Table) error {
	return dverr.UnknownProperty.With(name, t.LogicalName)
}
