package main

import (
	"bytes"
	"context"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stead-s2s/stead"
)

// What the README shows is what `stead up` prints, but for the time it took and the
// ports.
func TestReadmeShowsWhatUpPrints(t *testing.T) {
	t.Chdir(t.TempDir())
	s, err := stead.Start(context.Background(), stead.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	var printed bytes.Buffer
	printStarted(&printed, s, time.Second, false)
	want := normal(printed.String())
	if got := normal(readme(t)); !strings.Contains(got, want) {
		t.Errorf("README.md does not show what is printed:\n%s", want)
	}
}

// readme is read before the test changes directory.
func readme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(readmePath)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var readmePath = func() string {
	wd, _ := os.Getwd()
	return wd + "/../../README.md"
}()

// normal takes out what differs from run to run.
func normal(text string) string {
	text = regexp.MustCompile(`ready in [0-9.]+ s`).ReplaceAllString(text, "ready in T s")
	return regexp.MustCompile(`https://localhost:[0-9]+ *`).ReplaceAllString(text, "https://localhost:PORT ")
}
