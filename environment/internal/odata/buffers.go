package odata

import (
	"io"
	"sync"
)

// Buffers lends writers what they gather answers in, again and again: a list's is larger
// than the rest of its request. The zero value is ready, and safe for concurrent use.
type Buffers struct{ spare sync.Pool }

// longest is the greatest buffer that is kept, in bytes.
const longest = 2 * flushAt

// Writer is NewWriter with a borrowed buffer, for whoever has room for it. r stays as it is
// while the writer writes.
func (b *Buffers) Writer(w io.Writer, r *Request) Writer {
	return Writer{w: w, r: r, from: b}
}

// borrow gives an empty buffer with room for so much, if a new one must be made.
func (w *Writer) borrow(room int) {
	if w.from != nil {
		if lent, ok := w.from.spare.Get().(*[]byte); ok {
			w.lent, w.buf = lent, (*lent)[:0]
			return
		}
	}
	w.buf = make([]byte, 0, room)
}

// end hands on the last piece and gives the buffer back.
func (w *Writer) end() error {
	err := w.flush()
	if w.from == nil || cap(w.buf) > longest {
		return err
	}
	if w.lent == nil {
		w.lent = new([]byte)
	}
	*w.lent = w.buf
	w.from.spare.Put(w.lent)
	w.lent, w.buf = nil, nil
	return err
}
