package quota

import (
	"context"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/quota/usage"
	"github.com/stead-s2s/stead/internal/limit"
	"github.com/stead-s2s/stead/internal/recent"
)

// maxMeters is how many users' meters are kept. A meter that was let go of is made again: what
// is counted, the stores have.
const maxMeters = 20_000

// meter is where the requests of one user are counted, found once.
type meter struct {
	who      usage.Who
	counters []limit.Counter // by web server
	tally    *usage.Tally    // nil: nobody wants to know
	drawn    atomic.Pointer[pool]
	shown    atomic.Pointer[shown]
}

// shown is the time remaining as it was shown last: most requests change nothing in it.
type shown struct {
	hundredths int64 // of seconds
	text       string
}

type meters = recent.Map[struct{}, usage.Who, *meter]

func newMeters() *meters { return recent.NewMap[struct{}, usage.Who, *meter](maxMeters) }

// meter gives that of a user.
func (b *Book) meter(who usage.Who) *meter {
	if m, known := b.meters.Get(struct{}{}, who); known {
		return m
	}
	m := &meter{who: who, counters: make([]limit.Counter, len(b.servers.cookies))}
	for i := range m.counters {
		m.counters[i] = limit.Keep(b.cfg.Store, b.key(who.User, i))
	}
	if b.cfg.Usage != nil {
		m.tally = b.cfg.Usage.Tally(who)
	}
	b.meters.Put(struct{}{}, who, m)
	return m
}

// key names a user at a server; the environment comes first so that one person in two
// environments is two.
func (b *Book) key(user meta.ID, server int) string {
	buf := make([]byte, 0, 96)
	buf = append(buf, b.cfg.Environment...)
	buf = append(buf, '/')
	buf = user.Append(buf)
	buf = append(buf, '/')
	return string(strconv.AppendInt(buf, int64(server), 10))
}

func (m *meter) refused(why usage.Refusal, running int64, now time.Time) {
	if m.tally != nil {
		m.tally.Record(usage.Event{At: now, Refused: why, Running: running})
	}
}

// seconds words the time remaining: "1,200.00".
func (m *meter) seconds(hundredths int64) string {
	if s := m.shown.Load(); s != nil && s.hundredths == hundredths {
		return s.text
	}
	var buf [32]byte
	to := append(appendGrouped(buf[:0], hundredths/100), '.')
	s := &shown{hundredths, string(appendPadded(to, hundredths%100, 10))}
	m.shown.Store(s)
	return s.text
}

// lasting is a context for what a store is told at the end of a request, which its client need not
// wait for. The counters of this process look at none.
func (b *Book) lasting(ctx context.Context) context.Context {
	if b.here {
		return ctx
	}
	return context.WithoutCancel(ctx)
}
