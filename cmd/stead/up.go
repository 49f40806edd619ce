package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"

	"github.com/stead-s2s/stead"
)

// upFlags are what `stead up` may be told.
type upFlags struct {
	data      string
	port      int
	ephemeral bool
	rows      int
	verbose   bool

	limits, entitlement, counters string
	database, files, people       string
	servers                       int
	tokenReuse                    time.Duration
	privateIssuers                []string
	pool                          int64
}

func newUp() *cobra.Command { return flagsOfUp(new(upFlags)) }

// flagsOfUp is the command that fills f.
func flagsOfUp(f *upFlags) *cobra.Command {
	c := &cobra.Command{
		Use:   "up",
		Short: "Start the world: an authority and environments, seeded, over TLS",
		Long: `Start the authority and the environments, and print where they are and how to reach them.
The first start in a data directory seeds the world; later starts find it as it was left.`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return up(c.Context(), *f, c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	dataFlag(c, &f.data)
	c.Flags().IntVar(&f.port, "port", stead.DefaultPort, "`port` of the authority; the gateway's is the next, environments follow; 0 for free ports")
	c.Flags().BoolVar(&f.ephemeral, "ephemeral", false, "keep nothing: use a temporary directory and remove it at the end")
	c.Flags().IntVar(&f.rows, "rows", 0, "add `N` generated accounts, each with a contact, when the world is seeded")
	c.Flags().StringVar(&f.people, "people", "", "add the people in this `file` when the world is seeded")
	databaseFlag(c, &f.database, "keep the environments' rows")
	filesFlag(c, &f.files, "keep what file columns and notes hold")
	c.Flags().BoolVarP(&f.verbose, "verbose", "v", false, "log every request to standard error")
	c.Flags().StringVar(&f.limits, "limits", "default", "service protection limits: default, off, x0.01 or 'requests=60 time=12s concurrent=5 window=10s'")
	c.Flags().IntVar(&f.servers, "servers", 1, "behave like `N` web servers, each of which counts for itself")
	c.Flags().StringVar(&f.entitlement, "entitlement", "warn", "what happens when the requests of a day are used up: off, warn or enforce")
	c.Flags().Int64Var(&f.pool, "entitlement-pool", 500_000, "requests in 24 hours of all users of a tenant without a licence")
	c.Flags().StringVar(&f.counters, "counters", "", "count at the server of this `address`, as redis://localhost:6379, with other processes (default: here)")
	c.Flags().DurationVar(&f.tokenReuse, "token-reuse", 0, "give an application that asks again within this time the same token; 0 is off")
	c.Flags().StringSliceVar(&f.privateIssuers, "private-issuers", nil, "`issuers` of federated credentials that may be at private addresses; * for all")
	return c
}

// config is what the flags say of the world.
func (f upFlags) config() stead.Config {
	return stead.Config{
		Data: f.data, Port: f.port, Ephemeral: f.ephemeral, Rows: f.rows, Operator: true,
		Limits: f.limits, Servers: f.servers, Entitlement: f.entitlement, Pool: f.pool, Counters: f.counters, Database: f.database, Files: bucket(f.files),
		TokenReuse: f.tokenReuse, PrivateIssuers: f.privateIssuers,
	}
}

func up(ctx context.Context, f upFlags, out, errOut io.Writer) error {
	began := time.Now()
	progress := newProgress(errOut)
	c := f.config()
	if f.people != "" {
		var err error
		if c.People, err = stead.ReadPeople(f.people); err != nil {
			return err
		}
	}
	c.Logger, c.Progress = newLogger(errOut, f.verbose), progress.show
	system, err := stead.Start(ctx, c)
	progress.end()
	if err != nil {
		return err
	}
	collectLess()
	printStarted(out, system, time.Since(began), f.ephemeral)
	err = system.Wait(ctx)
	return errors.Join(err, system.Close())
}

// collectLess trades memory for speed once the world is up: the models of the environments
// are most of the heap and live for as long as the process, and at Go's own pace they are gone
// through every few thousand requests. Whoever sets GOGC has chosen.
func collectLess() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(300)
	}
}

// newLogger logs warnings, or every request when verbose.
func newLogger(w io.Writer, verbose bool) *slog.Logger {
	level := slog.LevelWarn
	if verbose {
		level = slog.LevelInfo
	}
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: level}))
}

// progress shows how far a long seeding is, on one line, when a person looks.
type progress struct {
	out   io.Writer
	live  bool
	shown bool
	last  time.Time
}

func newProgress(out io.Writer) *progress {
	f, isFile := out.(*os.File)
	return &progress{out: out, live: isFile && isTerminal(f)}
}

func (p *progress) show(environment string, done, total int) {
	if !p.live || time.Since(p.last) < 100*time.Millisecond && done < total {
		return
	}
	p.last, p.shown = time.Now(), true
	fmt.Fprintf(p.out, "\rSeeding %s: %d of %d accounts (%d%%)", environment, done, total, 100*done/max(total, 1))
}

func (p *progress) end() {
	if p.shown {
		fmt.Fprintln(p.out)
	}
}
