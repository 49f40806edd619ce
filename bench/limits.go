package main

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"time"

	"github.com/stead-s2s/stead"
)

// unreachable are limits that no load meets: what is measured is the counting.
const unreachable = "requests=1000000000 time=200h concurrent=1000000"

// accounting measures what keeping the limits costs a point read, by the processor time
// of the server: other than the rate, it hardly depends on what else the machine does.
// Both servers are fresh: how much memory one has used before changes what it collects.
func accounting() error {
	without, stopWithout, err := pointReads("off")
	if err != nil {
		return err
	}
	defer stopWithout()
	with, stopWith, err := pointReads(unreachable)
	if err != nil {
		return err
	}
	defer stopWith()
	for range 10 {
		for _, m := range []*metered{without, with} {
			if err := m.run(); err != nil {
				return err
			}
		}
	}
	if without.ticks == 0 {
		return nil // a system that does not tell
	}
	fmt.Printf("accounting share of a point read: %.1f%% of %.0f µs of processor time\n", 100*(1-without.each()/with.each()), with.each())
	return nil
}

// metered is a load and the processor time that its server took.
type metered struct {
	load
	pid, answers, ticks int
}

// pointReads starts a world with limits and gives a load of it.
func pointReads(limits string) (m *metered, end func(), err error) {
	data, err := os.MkdirTemp("", "stead-bench-")
	if err != nil {
		return nil, nil, err
	}
	w, pid, stop, err := startStead(data, "--rows", fmt.Sprint(accounts), "--limits", limits)
	if err != nil {
		return nil, nil, err
	}
	end = func() { stop(); _ = os.RemoveAll(data) }
	request, client, err := pointReadOf(w)
	if err != nil {
		end()
		return nil, nil, err
	}
	return &metered{load: load{client, request, 4, time.Second}, pid: pid}, end, nil
}

func pointReadOf(w stead.World) (func() (*http.Request, error), *http.Client, error) {
	client, err := trusting(w)
	if err != nil {
		return nil, nil, err
	}
	app, _ := w.App("contoso-app")
	environment, _ := w.Environment("contoso")
	token, err := tokenOf(client, w.Authority+"/"+app.TenantID+"/oauth2/v2.0/token", credentials(app, environment))
	if err != nil {
		return nil, nil, err
	}
	id, _, err := anAccount(client, environment.URL, token)
	return pointRead(environment, id, token), client, err
}

func (m *metered) run() error {
	before := processorTicks(m.pid)
	result, err := m.load.run()
	m.ticks += processorTicks(m.pid) - before
	m.answers += result.answers
	return err
}

// each is the processor time of an answer in microseconds.
func (m *metered) each() float64 { return float64(m.ticks) * 10_000 / float64(max(m.answers, 1)) }

// processorTicks reads how many hundredths of a second a process has run; 0 where the
// system does not tell it this way.
func processorTicks(pid int) int {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return 0
	}
	_, rest, _ := bytes.Cut(text, []byte(") ")) // the program's name may hold blanks
	fields := bytes.Fields(rest)
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(string(fields[11]))
	system, _ := strconv.Atoi(string(fields[12]))
	return user + system
}
