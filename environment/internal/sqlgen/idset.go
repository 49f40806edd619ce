package sqlgen

import (
	"encoding/binary"

	"github.com/stead-s2s/stead/environment/internal/query"
)

// idSet is a list of ids as one argument: a table of slots of 16 bytes, at least half
// of them empty (zeros), in which an id stands at its hash or in the next free slot.
// An engine that is given a list of a thousand arguments makes an index of them each
// time; this is made by copying.
func idSet(ids []query.Value) string {
	slots := 4
	for slots < 2*len(ids) {
		slots *= 2
	}
	set := make([]byte, 16*slots)
	for _, v := range ids {
		id := v.GUID()
		if at, there := slotOf(set, id[:]); !there && at >= 0 {
			copy(set[at:], id[:])
		}
	}
	return string(set)
}

// Among reports whether an id stands in a set that a statement of this room was given
// as an argument. Engines that let programs add functions call it "among".
func Among(set, id []byte) bool {
	if len(id) != 16 || len(set) < 16 {
		return false
	}
	_, there := slotOf(set, id)
	return there
}

// slotOf gives the place of an id, or the free one where it belongs; -1 for the zero
// id, which no row has and which marks free slots.
func slotOf(set, id []byte) (at int, there bool) {
	high, low := binary.BigEndian.Uint64(id), binary.BigEndian.Uint64(id[8:])
	if high == 0 && low == 0 {
		return -1, false
	}
	const golden = 0x9e3779b97f4a7c15 // 2^64 by the golden ratio: spreads ids that differ in few bits
	slots := len(set) / 16
	hash := (high*golden ^ low) * golden
	for i := int(hash>>33) % slots; ; i = (i + 1) % slots {
		slot := set[16*i : 16*i+16]
		h, l := binary.BigEndian.Uint64(slot), binary.BigEndian.Uint64(slot[8:])
		switch {
		case h == high && l == low:
			return 16 * i, true
		case h == 0 && l == 0:
			return 16 * i, false
		}
	}
}
