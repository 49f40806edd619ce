package engine

import (
	"encoding/binary"
	"io"
	"sync"
	"time"

	"github.com/stead-s2s/stead/environment/internal/meta"
)

// Sequence makes ids that grow: in byte order, which is the order of their text, each
// is greater than those before it. The service makes its ids in sequence as well
// (Dataverse facts 6.1), so that a list without $orderby comes in creation order.
//
// The layout is that of UUID version 7 (RFC 9562): milliseconds since 1970 in 48
// bits, then 74 random bits. Within a millisecond, and when the clock stands still or
// goes back, the random bits of the last id are counted up.
type Sequence struct {
	now    func() time.Time
	random io.Reader

	mu     sync.Mutex
	millis uint64
	high   uint64 // 12 bits
	low    uint64 // 62 bits
}

// NewSequence returns a sequence. random must not fail; crypto/rand.Reader does not.
func NewSequence(now func() time.Time, random io.Reader) *Sequence {
	return &Sequence{now: now, random: random}
}

// Next gives the next id.
func (s *Sequence) Next() meta.ID {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := uint64(s.now().UnixMilli()); now > s.millis {
		s.millis = now
		s.draw()
	} else {
		s.count()
	}
	return s.id()
}

func (s *Sequence) draw() {
	var b [10]byte
	_, _ = io.ReadFull(s.random, b[:]) // see NewSequence
	s.high = uint64(binary.BigEndian.Uint16(b[:2])) & 0x0fff
	s.low = binary.BigEndian.Uint64(b[2:]) & (1<<62 - 1)
}

// count adds one to the 74 bits and carries into the milliseconds.
func (s *Sequence) count() {
	if s.low = (s.low + 1) & (1<<62 - 1); s.low != 0 {
		return
	}
	if s.high = (s.high + 1) & 0x0fff; s.high != 0 {
		return
	}
	s.millis++
}

func (s *Sequence) id() meta.ID {
	var id meta.ID
	binary.BigEndian.PutUint64(id[:8], s.millis<<16|7<<12|s.high)
	binary.BigEndian.PutUint64(id[8:], 2<<62|s.low)
	return id
}
