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
	"sync"
	"sync/atomic"
	"time"

	"github.com/stead-s2s/stead"
)

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
	// beside is what one more connection asks all the while, if not nil; it is not counted.
	beside func() (*http.Request, error)
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
	stop := m.accompany()
	result, err := m.load.run()
	stop()
	m.last = result
	m.costs = append(m.costs, float64((m.used()-before).Nanoseconds())/1000/float64(max(result.answers, 1)))
	return err
}

// accompany asks what is asked beside, until it is told to stop. What of it fails, the load's own requests show.
func (m *metered) accompany() (stop func()) {
	if m.beside == nil {
		return func() {}
	}
	var over atomic.Bool
	var going sync.WaitGroup
	one := load{client: m.client, request: m.beside}
	going.Go(func() {
		for !over.Load() && one.one() == nil {
		}
	})
	return func() { over.Store(true); going.Wait() }
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
