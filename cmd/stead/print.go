package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/stead-s2s/stead"
)

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// printStarted is what a person sees when the world is up.
func printStarted(out io.Writer, s *stead.System, took time.Duration, ephemeral bool) {
	data := relative(s.Data)
	kept := "Ctrl-C stops, data stays"
	if ephemeral {
		data, kept = "temporary", "Ctrl-C stops, nothing is kept"
	}
	fmt.Fprintf(out, "Stead %s · data %s · ready in %.2f s    (%s)\n\n", stead.Version, data, took.Seconds(), kept)
	printWorld(out, s.World)
	printNext(out, s.Data)
}

// printStatus repeats what printStarted showed, with the state of the world.
func printStatus(out io.Writer, w stead.World, data string, health error) {
	state := "running"
	if health != nil {
		state = "stopped"
	}
	fmt.Fprintf(out, "Stead %s · data %s · %s\n\n", stead.Version, relative(data), state)
	printWorld(out, w)
}

func printWorld(out io.Writer, w stead.World) {
	fmt.Fprintf(out, "  %-13s %-25s tenants  %s\n", "Authority", w.Authority, names(w.Tenants, func(t stead.Tenant) string { return t.Domain }))
	for i, e := range w.Environments {
		label := ""
		if i == 0 {
			label = "Environments"
		}
		fmt.Fprintf(out, "  %-13s %-25s %s\n", label, e.URL, e.Name)
	}
	fmt.Fprintf(out, "  %-13s %-25s for people\n", "Discovery", w.Discovery)
	fmt.Fprintf(out, "  %-13s %-25s below each environment\n", "Web API", "/api/data/v9.2/")
	if w.Database != "" {
		fmt.Fprintf(out, "  %-13s %s\n", "Database", w.Database)
	}
	if w.Files != "" {
		fmt.Fprintf(out, "  %-13s %s\n", "Files", w.Files)
	}
	fmt.Fprintln(out)
	for _, a := range w.Apps {
		fmt.Fprintf(out, "  %-6s %-19s %s  secret %s%s\n", "App", a.Name, a.ClientID, a.Secret, certificateNote(a))
	}
	for _, p := range w.Users {
		fmt.Fprintf(out, "  %-6s %s / %s\n", "Person", p.UPN, p.Password)
	}
}

func certificateNote(a stead.App) string {
	if a.Certificate == "" {
		return ""
	}
	return "  certificate " + relative(a.Certificate)
}

// printNext says what to do now, with the flags this world needs.
func printNext(out io.Writer, data string) {
	flag := ""
	if relative(data) != ".stead" {
		flag = " --data " + relative(data)
	}
	fmt.Fprintf(out, `
Next, in another terminal:
  eval "$(go run ./cmd/stead env%s)"     the variables that SDKs read: AZURE_…, DATAVERSE_URL, the CA
  go run ./cmd/stead status%s            all of this again
`, flag, flag)
}

// relative shortens a path below the working directory.
func relative(path string) string {
	wd, err := os.Getwd()
	if err != nil {
		return path
	}
	short, err := filepath.Rel(wd, path)
	if err != nil || strings.HasPrefix(short, "..") {
		return path
	}
	return short
}
