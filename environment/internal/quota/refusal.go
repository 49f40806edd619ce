package quota

import (
	"strconv"
	"time"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/internal/limit"
)

// pause is what a user with too many requests at once is told to wait: one of them
// may end at any moment.
const pause = time.Second

// refuse words a refusal (Dataverse facts 4.1).
func (l Limits) refuse(d limit.Decision) *dverr.Error {
	window := int64(l.Window / time.Second)
	var e *dverr.Error
	switch d.Refused {
	case limit.Requests:
		e = dverr.Throttled.With(l.Requests, window)
		e.Helping("The user made %d requests within %d seconds. Wait as Retry-After says: calling before makes it longer.", d.Used, window)
	case limit.Spent:
		e = dverr.ThrottledByTime.With(grouped(l.Execution.Milliseconds()), window)
		e.Helping("The user's requests ran for %s within %d seconds. Wait as Retry-After says, then make fewer at once.", d.Spent, window)
	default:
		e = dverr.ThrottledByConcurrency.With(l.Concurrent)
		e.Helping("%d requests of the user run at this moment. Make fewer at once.", d.Running)
		e.RetryAfter = pause
		return e
	}
	e.RetryAfter = d.RetryAfter
	return e
}

// grouped writes 1200000 as 1,200,000.
func grouped(n int64) string { return string(appendGrouped(nil, n)) }

func appendGrouped(to []byte, n int64) []byte {
	if n < 1000 {
		return strconv.AppendInt(to, n, 10)
	}
	to = append(appendGrouped(to, n/1000), ',')
	return appendPadded(to, n%1000, 100)
}

// appendPadded writes n with as many digits as unit has.
func appendPadded(to []byte, n, unit int64) []byte {
	for ; unit > 0; unit /= 10 {
		to = append(to, byte('0'+n/unit%10))
	}
	return to
}

// The headers of every answer (Dataverse facts 4.1): what the user has left at this
// web server.
const (
	RequestsHeader = "x-ms-ratelimit-burst-remaining-xrm-requests"
	TimeHeader     = "x-ms-ratelimit-time-remaining-xrm-requests"
	// ParallelHeader recommends to everybody how many requests to send at a time; the documents
	// on sending requests in parallel name it, and a sample of theirs shows 4.
	ParallelHeader = "x-ms-dop-hint"
)

// Parallel gives the value of that header: how many requests at a time keep below the limits of all
// web servers together, where nothing is limited below the documented ones. It is shared.
func (t Ticket) Parallel() []string { return t.book.hint }

// Remaining gives the values of the headers as they are when the request comes in:
// "5999" and, in seconds, "1,200.00". Without limits both are empty.
func (t Ticket) Remaining() (requests, seconds string) {
	if t.book == nil || t.book.cfg.Limits.Off {
		return "", ""
	}
	l := &t.book.cfg.Limits
	hundredths := max((l.Execution-t.decision.Spent).Milliseconds()/10, 0)
	return strconv.FormatInt(max(l.Requests-t.decision.Used, 0), 10), t.meter.seconds(hundredths)
}
