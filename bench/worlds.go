package main

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"

	"github.com/stead-s2s/stead"
)

// variant is a world of the same seed that keeps account in its own way.
type variant struct {
	Name   string
	Config stead.Config
}

// unreachable are limits that no load meets: what is measured is the counting.
const unreachable = "requests=1000000000 time=200h concurrent=1000000"

// collected is how far the heap grows between two collections of `stead up`, in percent.
const collected = 300

// variants are those that accounting compares; the first keeps none, and the second shows what
// difference the measure sees where there is none. The third counts nothing and sends the same
// headers as those that do: what it costs more is the price of headers, whoever sets them.
func variants(redis string) []variant {
	all := []variant{
		{"none", stead.Config{Limits: "off", Entitlement: "off", WithoutUsage: true}},
		{"none, once more", stead.Config{Limits: "off", Entitlement: "off", WithoutUsage: true}},
		{"headers alone", stead.Config{Limits: "off", Entitlement: "off", WithoutUsage: true, Front: showing}},
		{"in memory", stead.Config{Limits: unreachable}},
	}
	if redis != "" {
		all = append(all, variant{"in Redis", stead.Config{Limits: unreachable, Counters: redis}})
	}
	return all
}

// showing adds what the answers of limited worlds have, always the same.
func showing(_ string, next http.Handler) http.Handler {
	fixed := map[string][]string{
		"x-ms-ratelimit-burst-remaining-xrm-requests": {"999999999"},
		"x-ms-ratelimit-time-remaining-xrm-requests":  {"720,000.00"},
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		for name, value := range fixed {
			h[name] = value
		}
		next.ServeHTTP(w, r)
	})
}

// spent is what the process has used since it started.
type spent struct {
	Bytes, Objects uint64
	// Live is the heap that a collection leaves. See collected.
	Live uint64
}

// serveWorlds is a process that serves all variants, on one processor and without a garbage
// collector of its own: it collects when it is told to, between turns. Each line it reads is
// answered with one, what it has spent; "collect" collects first.
func serveWorlds(data, redis string) error {
	runtime.GOMAXPROCS(1)
	for _, v := range variants(redis) {
		c := v.Config
		c.Data, c.Rows, c.Operator = filepath.Join(data, v.Name), accounts, true
		s, err := stead.Start(context.Background(), c)
		if err != nil {
			return err
		}
		defer s.Close()
	}
	debug.SetGCPercent(-1)
	told := json.NewEncoder(os.Stdout)
	lines := bufio.NewScanner(os.Stdin)
	for told.Encode(present()) == nil && lines.Scan() {
		if lines.Text() == "collect" {
			runtime.GC()
		}
	}
	return lines.Err()
}

func present() spent {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return spent{m.TotalAlloc, m.Mallocs, m.HeapAlloc}
}
