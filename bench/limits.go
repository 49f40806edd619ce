package main

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/stead-s2s/stead"
)

// unreachable are limits that no load meets: what is measured is the counting.
const unreachable = "requests=1000000000 time=200h concurrent=1000000"

// rounds are how often each server has its turn, and turn how long. Short turns in close
// alternation meet the same other work, and the median of many pairs forgets the rest: of so
// many it moves by less than one percent.
const (
	rounds = 200
	turn   = 150 * time.Millisecond
)

// accounting measures what keeping limits and entitlements costs a point read, in memory and
// at a Redis server, by the processor time of the servers: other than the rate, it hardly
// depends on what else the machine does. All are fresh: how much memory one has used before
// changes what it collects. Usage is kept in all three.
func accounting() error {
	without, stop, err := pointReads("--limits", "off", "--entitlement", "off")
	if err != nil {
		return err
	}
	defer stop()
	counted := []string{"--limits", unreachable}
	memory, stop, err := pointReads(counted...)
	if err != nil {
		return err
	}
	defer stop()
	address, server, stop, err := startRedis()
	if err != nil {
		return err
	}
	defer stop()
	fresh := &metered{load: memory.load, pids: memory.pids}
	fresh.request = memory.plain
	turns := []*metered{without, memory, fresh}
	if address != "" {
		far, stop, err := pointReads(append(counted, "--counters", address)...)
		if err != nil {
			return err
		}
		defer stop()
		far.pids = append(far.pids, server)
		turns = append(turns, far)
	}
	if err := takeTurns(turns); err != nil || without.costs[0] == 0 { // a system that does not tell
		return err
	}
	for i, name := range []string{"in memory", "in memory, without cookies", "in Redis, its own time included"}[:len(turns)-1] {
		share, low, high := shares(without, turns[i+1])
		fmt.Printf("accounting share of a point read, %s: %.1f%% of %.0f µs of processor time (half of %d rounds: %.1f to %.1f)\n",
			name, share, median(turns[i+1].costs), rounds, low, high)
	}
	return nil
}

// takeTurns runs the loads one after the other, each round from another one on.
func takeTurns(loads []*metered) error {
	for i := range rounds + 1 {
		for j := range loads {
			m := loads[(i+j)%len(loads)]
			if err := m.run(); err != nil {
				return err
			}
		}
		if i == 0 { // warm
			for _, m := range loads {
				m.costs = nil
			}
		}
	}
	return nil
}

// shares gives the median and the quartiles of what one costs more than the other, in percent
// of the round.
func shares(without, with *metered) (middle, low, high float64) {
	var all []float64
	for i, cost := range with.costs {
		all = append(all, 100*(1-without.costs[i]/cost))
	}
	slices.Sort(all)
	return median(all), all[len(all)/4], all[len(all)*3/4]
}

func median(list []float64) float64 {
	list = slices.Sorted(slices.Values(list))
	return (list[(len(list)-1)/2] + list[len(list)/2]) / 2
}

// startRedis starts a server that keeps nothing; where none is installed its address is empty.
func startRedis() (address string, pid int, stop func(), err error) {
	program, err := exec.LookPath("redis-server")
	if err != nil {
		fmt.Println("redis-server is not installed: counters there are not measured")
		return "", 0, func() {}, nil
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", 0, nil, err
	}
	address = l.Addr().String()
	_, port, _ := net.SplitHostPort(address)
	if err := l.Close(); err != nil {
		return "", 0, nil, err
	}
	c := exec.Command(program, "--bind", "127.0.0.1", "--port", port, "--save", "", "--appendonly", "no")
	if err := c.Start(); err != nil {
		return "", 0, nil, err
	}
	stop = func() { _ = c.Process.Kill(); _ = c.Wait() }
	for range 200 {
		if conn, err := net.Dial("tcp", address); err == nil {
			return "redis://" + address, c.Process.Pid, stop, conn.Close()
		}
		time.Sleep(10 * time.Millisecond)
	}
	stop()
	return "", 0, nil, fmt.Errorf("%s does not listen at %s", program, address)
}

// metered is a load and, of each round, the processor time that an answer took its servers
// in microseconds.
type metered struct {
	load
	pids  []int
	costs []float64
	last  result
	plain func() (*http.Request, error) // the request without cookies
}

// pointReads starts a world and gives a load of it.
func pointReads(flags ...string) (m *metered, end func(), err error) {
	data, err := os.MkdirTemp("", "stead-bench-")
	if err != nil {
		return nil, nil, err
	}
	w, pid, stop, err := startStead(data, append([]string{"--rows", fmt.Sprint(accounts)}, flags...)...)
	if err != nil {
		return nil, nil, err
	}
	end = func() { stop(); _ = os.RemoveAll(data) }
	request, client, err := pointReadOf(w)
	if err != nil {
		end()
		return nil, nil, err
	}
	kept, err := keepingCookies(client, request)
	if err != nil {
		end()
		return nil, nil, err
	}
	return &metered{load: load{client, kept, 4, turn}, pids: []int{pid}, plain: request}, end, nil
}

// keepingCookies makes requests that bring the cookies of the first answer, as those of
// libraries do. Who brings none is sent one with each answer, which costs more: it is the
// ninth header, and Go's maps hold eight in one piece.
func keepingCookies(client *http.Client, request func() (*http.Request, error)) (func() (*http.Request, error), error) {
	r, err := request()
	if err != nil {
		return nil, err
	}
	answer, err := client.Do(r)
	if err != nil {
		return nil, err
	}
	cookies := answer.Cookies()
	return func() (*http.Request, error) {
		r, err := request()
		for _, c := range cookies {
			r.AddCookie(c)
		}
		return r, err
	}, answer.Body.Close()
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
	before := m.used()
	result, err := m.load.run()
	m.last = result
	m.costs = append(m.costs, float64((m.used()-before).Nanoseconds())/1000/float64(max(result.answers, 1)))
	return err
}

func (m *metered) used() (sum time.Duration) {
	for _, pid := range m.pids {
		sum += processorTime(pid)
	}
	return sum
}

// processorTime reads how long the threads of a process have run; 0 where the system does
// not tell it this way. What threads that ended had run is lost, which Go's do not.
func processorTime(pid int) (sum time.Duration) {
	threads, _ := filepath.Glob("/proc/" + strconv.Itoa(pid) + "/task/*/schedstat")
	for _, name := range threads {
		text, err := os.ReadFile(name)
		if err != nil {
			continue
		}
		first, _, _ := bytes.Cut(text, []byte(" "))
		ns, _ := strconv.ParseInt(string(first), 10, 64)
		sum += time.Duration(ns)
	}
	return sum
}
