package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"github.com/stead-s2s/stead"
	"github.com/stead-s2s/stead/dataverse"
)

const (
	sdkRows   = 100_000
	sdkRounds = 3
)

// benchRow is what the SDK reads and loads.
type benchRow struct {
	ID      dataverse.ID `dv:"accountid,key"`
	Name    string       `dv:"name"`
	Number  string       `dv:"accountnumber"`
	Created time.Time    `dv:"createdon,readonly"`
}

// sdkWorld is an environment with the two ways to it.
type sdkWorld struct {
	app      stead.App
	world    stead.World
	e        stead.Environment
	client   *http.Client
	token    string
	server   int // its process
	accounts *dataverse.TableOf[benchRow]
}

// bearing adds a token to each request.
type bearing struct {
	client *http.Client
	token  string
}

// Do implements policy.Transporter.
func (b bearing) Do(r *http.Request) (*http.Response, error) {
	r.Header.Set("Authorization", "Bearer "+b.token)
	return b.client.Do(r)
}

// measureSDK compares the SDK with the fastest there is at the same server: its load with bodies written
// by hand, its typed reading with that of dynamics-web-api. All take turns, and what counts is the ratio.
func measureSDK() error {
	data, err := os.MkdirTemp("", "stead-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(data)
	w, server, stop, err := startStead(data, "--limits", "off", "--entitlement", "off")
	if err != nil {
		return err
	}
	defer stop()
	s := sdkWorld{world: w, server: server}
	s.app, _ = w.App("contoso-app")
	s.e, _ = w.Environment("contoso")
	if s.client, err = trusting(w); err != nil {
		return err
	}
	if s.token, err = tokenOf(s.client, w.Authority+"/"+s.app.TenantID+"/oauth2/v2.0/token", credentials(s.app, s.e)); err != nil {
		return err
	}
	c, err := dataverse.NewClientWithNoCredential(s.e.URL, &dataverse.ClientOptions{ClientOptions: azcore.ClientOptions{Transport: bearing{s.client, s.token}}})
	if err != nil {
		return err
	}
	s.accounts = dataverse.Table[benchRow](c, "accounts")
	if err := s.loads(); err != nil {
		return err
	}
	return s.reads()
}

// loads compares Load with the message for many rows, its bodies written beforehand, at the parallelism that
// suits the server best.
func (s *sdkWorld) loads() error {
	best, least := 0, time.Duration(0)
	for _, parallel := range []int{1, 2, 4, 8} {
		took, err := s.byHand("trial", sdkRows/5, parallel)
		if err != nil {
			return err
		}
		if best == 0 || took < least {
			best, least = parallel, took
		}
	}
	var hand, sdk []float64
	for round := range sdkRounds {
		took, err := s.byHand(fmt.Sprint("hand ", round), sdkRows, best)
		if err != nil {
			return err
		}
		hand = append(hand, took.Seconds())
		report, err := s.accounts.Load(context.Background(), func(yield func(benchRow, error) bool) {
			for i := range sdkRows {
				if !yield(benchRow{Name: "sdk", Number: fmt.Sprint(i)}, nil) {
					return
				}
			}
		}, nil)
		if err != nil {
			return err
		}
		sdk = append(sdk, report.Time.Seconds())
		fmt.Println("load:", report)
	}
	fmt.Printf("load of %d rows: %.2f s by the SDK, %.2f s by hand at %d requests at once: %.2f times as long\n",
		sdkRows, median(sdk), median(hand), best, median(sdk)/median(hand))
	return nil
}

// byHand makes rows by bodies that are ready before the time begins.
func (s *sdkWorld) byHand(name string, rows, parallel int) (time.Duration, error) {
	const size = 1000
	var bodies [][]byte
	for first := 0; first < rows; first += size {
		body := []byte(`{"Targets":[`)
		for i := range size {
			if i > 0 {
				body = append(body, ',')
			}
			body = fmt.Appendf(body, `{"@odata.type":"Microsoft.Dynamics.CRM.account","accountid":"%s","name":"%s","accountnumber":"%d"}`, dataverse.NewID(), name, first+i)
		}
		bodies = append(bodies, append(body, `]}`...))
	}
	var next atomic.Int64
	var all sync.WaitGroup
	failures := make([]error, parallel)
	began := time.Now()
	for p := range parallel {
		all.Go(func() {
			for failures[p] == nil {
				i := int(next.Add(1)) - 1
				if i >= len(bodies) {
					return
				}
				failures[p] = s.post(bodies[i])
			}
		})
	}
	all.Wait()
	return time.Since(began), errors.Join(failures...)
}

func (s *sdkWorld) post(body []byte) error {
	r, err := http.NewRequest(http.MethodPost, s.e.URL+"/api/data/v9.2/accounts/Microsoft.Dynamics.CRM.CreateMultiple", bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	answer, err := bearing{s.client, s.token}.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("CreateMultiple: %s: %s", answer.Status, text)
	}
	return err
}

// reads compares reading the rows of one load, typed, with dynamics-web-api, which reads them into objects.
func (s *sdkWorld) reads() error {
	other, pid, stop, err := s.javascript()
	if err != nil || other == nil {
		return err
	}
	defer stop()
	script, sdk := &reading{server: s.server, client: pid}, &reading{server: s.server, client: os.Getpid()}
	var allocations []float64
	for range sdkRounds {
		if err := script.round(other); err != nil {
			return err
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if err := sdk.round(s.typed); err != nil {
			return err
		}
		runtime.ReadMemStats(&after)
		allocations = append(allocations, float64(after.Mallocs-before.Mallocs)/sdkRows)
	}
	fmt.Printf("reading typed: by the SDK %s, %.1f allocations a row\n", sdk, median(allocations))
	fmt.Printf("reading: by dynamics-web-api %s: the SDK reads %.1f times as many\n", script, median(sdk.rates)/median(script.rates))
	return nil
}

// typed reads all rows by the SDK.
func (s *sdkWorld) typed() (rate float64, err error) {
	began, n := time.Now(), 0
	for _, err := range s.accounts.All(context.Background(), dataverse.Where("name").Eq("hand 0")) {
		if err != nil {
			return 0, err
		}
		n++
	}
	return float64(n) / time.Since(began).Seconds(), nil
}

// reading is what several rounds of reading all rows took: rows/s, and the processor time that a row took
// of the client and of the server, in µs.
type reading struct {
	client, server      int // processes
	rates, ours, theirs []float64
}

func (r *reading) round(read func() (float64, error)) error {
	ours, theirs := processorTime(r.client), processorTime(r.server)
	rate, err := read()
	perRow := func(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1000 / sdkRows }
	r.rates = append(r.rates, rate)
	r.ours, r.theirs = append(r.ours, perRow(processorTime(r.client)-ours)), append(r.theirs, perRow(processorTime(r.server)-theirs))
	return err
}

func (r *reading) String() string {
	return fmt.Sprintf("%.0f rows/s, %.1f µs of the client's processor and %.1f of the server's a row", median(r.rates), median(r.ours), median(r.theirs))
}

// javascript starts the reader of clients/node; it is nil where the library is not installed.
func (s *sdkWorld) javascript() (read func() (float64, error), pid int, stop func(), err error) {
	if _, err := os.Stat("clients/node/node_modules/dynamics-web-api"); errors.Is(err, fs.ErrNotExist) {
		fmt.Println("dynamics-web-api is not installed (make clients): reading is not compared")
		return nil, 0, nil, nil
	}
	c := exec.Command("node", "dynamics-web-api-read.mjs")
	c.Dir, c.Stderr = "clients/node", os.Stderr
	c.Env = append(os.Environ(), "NODE_EXTRA_CA_CERTS="+s.world.CA, "AZURE_AUTHORITY_HOST="+s.world.Authority, "AZURE_TENANT_ID="+s.app.TenantID,
		"AZURE_CLIENT_ID="+s.app.ClientID, "AZURE_CLIENT_SECRET="+s.app.Secret, "DATAVERSE_URL="+s.e.URL, "FILTER=name eq 'hand 0'")
	in, err := c.StdinPipe()
	if err != nil {
		return nil, 0, nil, err
	}
	out, err := c.StdoutPipe()
	if err != nil {
		return nil, 0, nil, err
	}
	if err := c.Start(); err != nil {
		return nil, 0, nil, err
	}
	lines := bufio.NewScanner(out)
	read = func() (float64, error) {
		if _, err := io.WriteString(in, "read\n"); err != nil {
			return 0, err
		}
		if !lines.Scan() {
			return 0, errors.New("dynamics-web-api ended")
		}
		var got struct{ Rows, Ms float64 }
		err := json.Unmarshal(lines.Bytes(), &got)
		return got.Rows / got.Ms * 1000, err
	}
	return read, c.Process.Pid, func() { _ = in.Close(); _ = c.Wait() }, nil
}
