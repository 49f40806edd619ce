package limit

import (
	"encoding/binary"
	"errors"
	"math"
)

// errState is an encoded Window that is none.
var errState = errors.New("not the counters of a window")

const stateVersion = 1

// AppendBinary implements encoding.BinaryAppender, for stores that keep a Window as
// it is. It never fails.
func (w *Window) AppendBinary(b []byte) ([]byte, error) {
	b = append(b, stateVersion)
	for _, n := range []int64{w.now, w.width, w.refused, int64(len(w.slots))} {
		b = binary.AppendUvarint(b, uint64(n))
	}
	before := uint32(0)
	for _, s := range w.slots {
		for _, n := range []uint32{s.index - before, s.last, s.used, s.spent, s.running} {
			b = binary.AppendUvarint(b, uint64(n))
		}
		before = s.index
	}
	return b, nil
}

// UnmarshalBinary implements encoding.BinaryUnmarshaler. No bytes are an empty Window.
func (w *Window) UnmarshalBinary(b []byte) error {
	*w = Window{}
	if len(b) == 0 {
		return nil
	}
	if b[0] != stateVersion {
		return errState
	}
	r := figures{rest: b[1:]}
	next := Window{now: r.next(math.MaxInt64), width: r.next(math.MaxUint32), refused: r.next(math.MaxUint32)}
	n := r.next(slots + 2)
	index := int64(0)
	for i := int64(0); i < n && !r.bad; i++ {
		index += r.next(math.MaxUint32)
		s := slot{uint32(index), uint32(r.next(next.width - 1)), uint32(r.next(math.MaxUint32)), uint32(r.next(math.MaxUint32)), uint32(r.next(math.MaxUint32))}
		r.bad = r.bad || index > math.MaxUint32 || i > 0 && s.index <= next.slots[i-1].index
		next.slots = append(next.slots, s)
		next.used += int64(s.used)
		next.spent += int64(s.spent)
		next.running += int64(s.running)
	}
	if r.bad || len(r.rest) > 0 || n > 0 && next.width == 0 {
		return errState
	}
	*w = next
	return nil
}

// figures reads numbers one after another and remembers whether one was not right.
type figures struct {
	rest []byte
	bad  bool
}

func (f *figures) next(most int64) int64 {
	v, n := binary.Uvarint(f.rest)
	if n <= 0 || most < 0 || v > uint64(most) {
		f.bad, f.rest = true, nil
		return 0
	}
	f.rest = f.rest[n:]
	return int64(v)
}
