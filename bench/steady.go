package main

import (
	"bufio"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"github.com/stead-s2s/stead"
)

// rounds are how many turns each world has, and turnRequests how many requests a turn. All
// worlds live in one process and have their turns in an order that is drawn for each round, so
// what else the machine does meets them alike; see docs/performance.md.
const (
	rounds       = 2000
	turnRequests = 40
	warming      = 12 // requests before each turn, for the processor's caches
	connections  = 4
	collectEvery = 20 // rounds
)

// accounting measures what limits, entitlements and usage add to a point read, headers and
// collection included, in processor time of the servers.
func accounting() error {
	data, err := os.MkdirTemp("", "stead-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(data)
	address, redis, stopRedis, err := startRedis()
	if err != nil {
		return err
	}
	defer stopRedis()
	host, err := startWorlds(data, address)
	if err != nil {
		return err
	}
	defer host.stop()
	turns, err := host.turns(data, address, redis)
	if err != nil {
		return err
	}
	if err := host.play(turns); err != nil {
		return err
	}
	if turns[0].costs[0] == 0 { // a system that does not tell
		return nil
	}
	report(turns)
	return nil
}

// report prints what each costs more than the first, and what those that count cost more than the headers that show it.
func report(turns []*alternating) {
	fmt.Printf("\naccounting of a point read, %d rounds of %d requests; processor time of the servers, µs\n", rounds, turnRequests)
	fmt.Printf("%-34s %8s %9s %9s   %s\n", "", "µs", "bytes", "objects", "share of the point read (95% of such medians)")
	for _, t := range turns {
		low, middle, high := shares(turns[0], t)
		fmt.Printf("%-34s %8.1f %9.0f %9.1f   %.1f%% (%.1f to %.1f)", t.name, median(t.costs), t.bytes, t.objects, middle, low, high)
		if t.headers != nil {
			low, middle, high = shares(t.headers, t)
			fmt.Printf("   without its headers %.1f%% (%.1f to %.1f)", middle, low, high)
		}
		fmt.Println()
	}
}

// worlds is the process that serves them.
type worlds struct {
	process *exec.Cmd
	in      io.WriteCloser
	out     *json.Decoder
}

func startWorlds(data, redis string) (*worlds, error) {
	h := &worlds{process: exec.Command(os.Args[0], "worlds", data, redis)}
	h.process.Stderr = os.Stderr
	var err error
	if h.in, err = h.process.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := h.process.StdoutPipe()
	if err != nil {
		return nil, err
	}
	h.out = json.NewDecoder(out)
	if err := h.process.Start(); err != nil {
		return nil, err
	}
	var ready spent
	return h, h.out.Decode(&ready)
}

func (h *worlds) stop() { _ = h.in.Close(); _ = h.process.Wait() }

func (h *worlds) tell(line string) (s spent, err error) {
	if _, err := io.WriteString(h.in, line+"\n"); err != nil {
		return s, err
	}
	return s, h.out.Decode(&s)
}

// alternating is a world's load and what an answer took of each round.
type alternating struct {
	name           string
	pids           []int
	wires          []*wire
	costs          []float64 // of each round, microseconds
	bytes, objects float64
	headers        *alternating // of one that counts: the one that sends the same headers
}

// turns are a load for each variant, of clients that keep cookies.
func (h *worlds) turns(data, address string, redis int) (all []*alternating, err error) {
	var headers *alternating
	for _, v := range variants(address) {
		w, err := stead.ReadWorld(filepath.Join(data, v.Name))
		if err != nil {
			return nil, err
		}
		t := &alternating{name: v.Name, pids: []int{h.process.Process.Pid}}
		if v.Config.Counters != "" {
			t.pids = append(t.pids, redis)
		}
		if t.wires, err = wiresOf(w); err != nil {
			return nil, err
		}
		if all = append(all, t); v.Config.Limits != "off" {
			t.headers = headers
		} else if v.Config.Front != nil {
			headers = t
		}
	}
	return all, nil
}

// play lets all have their turns, and then one more each that tells how much they allocate.
func (h *worlds) play(all []*alternating) error {
	var prices []float64
	for i := range rounds {
		if i%collectEvery == 0 {
			price, err := h.collection()
			if err != nil {
				return err
			}
			prices = append(prices, price)
		}
		for _, j := range rand.Perm(len(all)) {
			if err := all[j].run(warming); err != nil {
				return err
			}
			begun := all[j].used()
			if err := all[j].run(turnRequests); err != nil {
				return err
			}
			all[j].costs = append(all[j].costs, float64((all[j].used()-begun).Nanoseconds())/1000/turnRequests)
		}
	}
	for _, t := range all {
		if err := h.weigh(t, median(prices)); err != nil {
			return err
		}
	}
	return nil
}

// collection collects what the rounds have left behind and gives the price of an allocated byte in microseconds: what
// the collection took, by the bytes that would have been allocated before it.
func (h *worlds) collection() (float64, error) {
	before := processorTime(h.process.Process.Pid)
	s, err := h.tell("collect")
	time.Sleep(time.Millisecond)
	took := processorTime(h.process.Process.Pid) - before
	return float64(took.Nanoseconds()) / 1000 / (float64(s.Live) * collected / 100), err
}

// weigh measures what an answer allocates, and adds the price of it to all turns.
func (h *worlds) weigh(t *alternating, price float64) error {
	const times = 20
	before, err := h.tell("")
	if err != nil {
		return err
	}
	for range times {
		if err := t.run(turnRequests); err != nil {
			return err
		}
	}
	after, err := h.tell("")
	t.bytes = float64(after.Bytes-before.Bytes) / (times * turnRequests)
	t.objects = float64(after.Objects-before.Objects) / (times * turnRequests)
	for i := range t.costs {
		t.costs[i] += t.bytes * price
	}
	return err
}

func (t *alternating) used() (sum time.Duration) {
	for _, pid := range t.pids {
		sum += processorTime(pid)
	}
	return sum
}

// run asks so many times, over all connections at once.
func (t *alternating) run(times int) error {
	failed := make(chan error, len(t.wires))
	for _, w := range t.wires {
		go func() {
			var err error
			for range times / len(t.wires) {
				if err == nil {
					err = w.ask()
				}
			}
			failed <- err
		}()
	}
	var first error
	for range t.wires {
		if err := <-failed; first == nil {
			first = err
		}
	}
	return first
}

// wire is a connection that sends the same bytes again and again: a client that costs
// little leaves the machine to the server.
type wire struct {
	conn *tls.Conn
	in   *bufio.Reader
	text []byte
}

func (w *wire) ask() error {
	if _, err := w.conn.Write(w.text); err != nil {
		return err
	}
	answer, err := http.ReadResponse(w.in, nil)
	if err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("the point read was answered %s", answer.Status)
	}
	_, err = io.Copy(io.Discard, answer.Body)
	return err
}

// wiresOf makes connections whose requests bring the cookies of the first answer.
func wiresOf(w stead.World) ([]*wire, error) {
	request, client, err := pointReadOf(w)
	if err != nil {
		return nil, err
	}
	r, err := request()
	if err != nil {
		return nil, err
	}
	answer, err := client.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	text := fmt.Sprintf("GET %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: bench\r\nAuthorization: %s\r\n", r.URL.RequestURI(), r.URL.Host, r.Header.Get("Authorization"))
	for _, c := range answer.Cookies() {
		text += "Cookie: " + c.Name + "=" + c.Value + "\r\n"
	}
	return dial(client, r.URL, text+"\r\n")
}

func dial(client *http.Client, to *url.URL, text string) (all []*wire, err error) {
	trust := client.Transport.(*http.Transport).TLSClientConfig.RootCAs
	for range connections {
		conn, err := tls.Dial("tcp", to.Host, &tls.Config{RootCAs: trust, NextProtos: []string{"http/1.1"}})
		if err != nil {
			return nil, err
		}
		all = append(all, &wire{conn, bufio.NewReader(conn), []byte(text)})
	}
	return all, nil
}

// shares gives the median of what one costs more than the other, in percent of itself, and the bounds between which
// nineteen of twenty such medians are: ranks of the sorted differences, whatever their distribution.
func shares(without, with *alternating) (low, middle, high float64) {
	var all []float64
	for i, cost := range with.costs {
		all = append(all, 100*(1-without.costs[i]/cost))
	}
	slices.Sort(all)
	n := float64(len(all))
	off := 0.98 * math.Sqrt(n)
	return all[int(max(n/2-off, 0))], median(all), all[int(min(n/2+off, n-1))]
}
