package quota

import (
	"context"
	"time"

	"github.com/stead-s2s/stead/environment/internal/quota/usage"
)

// Outlook is how close a user is to one of its limits.
type Outlook struct {
	Limit      usage.Refusal
	Used, Most float64 // requests, or milliseconds of execution; of all web servers together
	Rate       float64 // during the last whole minute
	Met        bool    // the limit is met, or will be at this rate
	At         time.Time
}

// Forecast says when a user will meet the number of requests and the execution time,
// if it goes on as during the last whole minute. It looks at minutes, so it is right
// to about one, and it takes all web servers for one: with several, the limit is met
// no sooner. It is nothing without limits or usage.
func (b *Book) Forecast(ctx context.Context, who usage.Who, now time.Time) ([]Outlook, error) {
	if b.cfg.Limits.Off || b.cfg.Usage == nil {
		return nil, nil
	}
	minutes := max(int((b.cfg.Limits.Window+time.Minute-1)/time.Minute), 2)
	present := now.Truncate(time.Minute)
	first := present.Add(time.Duration(1-minutes) * time.Minute)
	rows, err := b.cfg.Usage.Rows(ctx, usage.Query{User: who.User, From: first, To: now.Add(time.Nanosecond)})
	if err != nil {
		return nil, err
	}
	requests, execution := make([]float64, minutes), make([]float64, minutes)
	for _, r := range rows {
		if i := int(r.Start.Sub(first) / time.Minute); r.Span == time.Minute && i < minutes {
			requests[i] += float64(r.Requests)
			execution[i] += float64(r.Execution.Milliseconds())
		}
	}
	l := b.cfg.Limits
	return []Outlook{
		look(usage.ByRequests, requests, float64(l.Requests), now),
		look(usage.ByTime, execution, float64(l.Execution.Milliseconds()), now),
	}, nil
}

func look(of usage.Refusal, past []float64, most float64, now time.Time) Outlook {
	o := Outlook{Limit: of, Most: most, Rate: past[len(past)-2]}
	for _, n := range past {
		o.Used += n
	}
	var steps float64
	if steps, o.Met = usage.Forecast(past, o.Rate, most); o.Met {
		o.At = now.Add(time.Duration(steps * float64(time.Minute)))
	}
	return o
}
