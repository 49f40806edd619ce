package keys

import (
	"context"
	"time"
)

// State is where a key is in its life.
type State string

// The states, in the order of a key's life.
const (
	Next    State = "next"
	Current State = "current"
	Retired State = "retired"
)

// Record is a key as it is kept.
type Record struct {
	ID          string // kid
	State       State
	Created     time.Time
	Retired     time.Time // zero unless retired
	Certificate []byte    // DER
	Sealed      []byte    // the private key, see seal
}

// Store keeps records.
type Store interface {
	// LoadKeys gives all records.
	LoadKeys(context.Context) ([]Record, error)
	// SaveKeys writes records over those with the same id and removes others, all of it
	// or nothing.
	SaveKeys(ctx context.Context, put []Record, remove []string) error
}
