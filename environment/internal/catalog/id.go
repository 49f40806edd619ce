package catalog

import (
	"crypto/sha1" //nolint:gosec // RFC 9562 defines version 5 ids by SHA-1; nothing is protected by it

	"github.com/stead-s2s/stead/environment/internal/meta"
)

// space is the name space of the ids that are the same in every environment.
const space = "5a1f0000-0000-4000-8000-57ead0000000"

// ID derives the id of something that every environment has under the same id,
// such as a privilege, from its name.
func ID(name string) meta.ID { return Derive(meta.MustID(space), name) }

// Derive gives the name-based id (version 5) of name within space: the same on
// every machine and at every start.
func Derive(space meta.ID, name string) meta.ID {
	sum := sha1.Sum(append(space[:], name...)) //nolint:gosec // see the import
	var id meta.ID
	copy(id[:], sum[:])
	id[6] = id[6]&0x0f | 0x50
	id[8] = id[8]&0x3f | 0x80
	return id
}
