package usage

import (
	"math/bits"
	"time"
)

// Histogram counts durations: slot 0 those below 250 µs, each next slot those below
// twice as much, the last one all from 65 s on.
type Histogram [20]uint32

const finest = 250 * time.Microsecond

// Add counts one duration.
func (h *Histogram) Add(d time.Duration) {
	h[min(bits.Len64(uint64(max(d, 0)/finest)), len(h)-1)]++
}

// Bound is the duration that slot i is below.
func (h *Histogram) Bound(i int) time.Duration { return finest << i }

// Percentile is the duration that p percent are not above, as exact as the slots: at
// most twice too long or half too short, spread evenly within a slot. Nothing counted
// gives 0.
func (h *Histogram) Percentile(p float64) time.Duration {
	total := uint64(0)
	for _, n := range h {
		total += uint64(n)
	}
	rank, before := p/100*float64(total), 0.0
	for i, n := range h {
		if n == 0 {
			continue
		}
		if before+float64(n) >= rank {
			low := time.Duration(0)
			if i > 0 {
				low = h.Bound(i - 1)
			}
			return low + time.Duration((rank-before)/float64(n)*float64(h.Bound(i)-low))
		}
		before += float64(n)
	}
	return 0
}
