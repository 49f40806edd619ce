package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// result is what one run of a load gave.
type result struct {
	answers   int
	perSecond float64
	median    time.Duration
	p99       time.Duration
}

// load sends the same request over connections kept alive, for a time, and counts
// the answers of the wanted status.
type load struct {
	client      *http.Client
	request     func() (*http.Request, error)
	connections int
	time        time.Duration
}

func (l load) run() (result, error) {
	ctx, cancel := context.WithTimeout(context.Background(), l.time)
	defer cancel()
	var failed atomic.Pointer[error]
	took := make([][]time.Duration, l.connections)
	var wait sync.WaitGroup
	began := time.Now()
	for i := range took {
		wait.Go(func() {
			for ctx.Err() == nil {
				t := time.Now()
				if err := l.one(); err != nil {
					failed.CompareAndSwap(nil, &err)
					return
				}
				took[i] = append(took[i], time.Since(t))
			}
		})
	}
	wait.Wait()
	if err := failed.Load(); err != nil {
		return result{}, *err
	}
	return summarize(slices.Concat(took...), time.Since(began)), nil
}

func (l load) one() error {
	r, err := l.request()
	if err != nil {
		return err
	}
	answer, err := l.client.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK && answer.StatusCode != http.StatusNoContent {
		return fmt.Errorf("%s %s: %s: %s", r.Method, r.URL, answer.Status, body)
	}
	return nil
}

func summarize(all []time.Duration, total time.Duration) result {
	if len(all) == 0 {
		return result{}
	}
	slices.Sort(all)
	return result{
		answers:   len(all),
		perSecond: float64(len(all)) / total.Seconds(),
		median:    all[len(all)/2],
		p99:       all[len(all)*99/100],
	}
}

// inTurn runs the loads one after the other, three rounds, so that what disturbs
// the machine disturbs all of them, and gives each load's median run.
func inTurn(rounds int, loads ...load) ([]result, error) {
	runs := make([][]result, len(loads))
	for range rounds {
		for i, l := range loads {
			r, err := l.run()
			if err != nil {
				return nil, err
			}
			runs[i] = append(runs[i], r)
		}
	}
	var medians []result
	for _, r := range runs {
		slices.SortFunc(r, func(a, b result) int { return int(a.perSecond - b.perSecond) })
		medians = append(medians, r[len(r)/2])
	}
	return medians, nil
}
