package main

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// start measures five starts of the built binary on empty data directories: from
// the start of the process until every port has answered, and its resident memory
// then.
func start() error {
	var took []time.Duration
	var resident []int
	for range 5 {
		t, kib, err := startOnce()
		if err != nil {
			return err
		}
		took, resident = append(took, t), append(resident, kib)
	}
	slices.Sort(took)
	slices.Sort(resident)
	fmt.Printf("stead up, empty directory: ready in %.2f s (fastest %.2f, slowest %.2f), %d MiB resident, medians of %d\n",
		took[2].Seconds(), took[0].Seconds(), took[4].Seconds(), resident[2]/1024, len(took))
	return nil
}

func startOnce() (time.Duration, int, error) {
	data, err := os.MkdirTemp("", "stead-bench-")
	if err != nil {
		return 0, 0, err
	}
	defer os.RemoveAll(data)
	began := time.Now()
	_, pid, stop, err := startStead(data)
	if err != nil {
		return 0, 0, err
	}
	defer stop()
	took := time.Since(began)
	return took, residentKiB(pid), nil
}

// residentKiB reads the resident memory of a process; 0 where the system does not
// tell it this way.
func residentKiB(pid int) int {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return 0
	}
	for line := range bytes.Lines(text) {
		if rest, ok := strings.CutPrefix(string(line), "VmRSS:"); ok {
			n, _ := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")))
			return n
		}
	}
	return 0
}
