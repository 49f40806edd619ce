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

// The commands and the file by which docs/world.md starts other worlds are those of the scripts.
func TestWorldIsStartedAsShown(t *testing.T) {
	doc, err := os.ReadFile("../../docs/world.md")
	if err != nil {
		t.Fatal(err)
	}
	script, err := os.ReadFile("testdata/people.txtar")
	if err != nil {
		t.Fatal(err)
	}
	people := regexp.MustCompile("(?s)```json\n(.*?)```").FindSubmatch(doc)
	if people == nil || !bytes.Contains(script, people[1]) {
		t.Errorf("testdata/people.txtar has not the people of docs/world.md")
	}
	for _, line := range regexp.MustCompile("(?m)stead up [^`\n]*").FindAllString(string(doc), -1) {
		flags := strings.NewReplacer("'", "", " N", " 7").Replace(strings.TrimPrefix(line, "stead up"))
		if err := newUp().ParseFlags(strings.Fields(flags)); err != nil {
			t.Errorf("%s: %v", line, err)
		}
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
