package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
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
}

func newUp() *cobra.Command {
	var f upFlags
	c := &cobra.Command{
		Use:   "up",
		Short: "Start the world: an authority and environments, seeded, over TLS",
		Long: `Start the authority and the environments, and print where they are and how to reach them.
The first start in a data directory seeds the world; later starts find it as it was left.`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return up(c.Context(), f, c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	dataFlag(c, &f.data)
	c.Flags().IntVar(&f.port, "port", stead.DefaultPort, "`port` of the authority; the gateway's is the next, environments follow; 0 for free ports")
	c.Flags().BoolVar(&f.ephemeral, "ephemeral", false, "keep nothing: use a temporary directory and remove it at the end")
	c.Flags().IntVar(&f.rows, "rows", 0, "add `N` generated accounts, each with a contact, when the world is seeded")
	c.Flags().BoolVarP(&f.verbose, "verbose", "v", false, "log every request to standard error")
	return c
}

func up(ctx context.Context, f upFlags, out, errOut io.Writer) error {
	began := time.Now()
	progress := newProgress(errOut)
	system, err := stead.Start(ctx, stead.Config{
		Data: f.data, Port: f.port, Ephemeral: f.ephemeral, Rows: f.rows, Operator: true,
		Logger: newLogger(errOut, f.verbose), Progress: progress.show,
	})
	progress.end()
	if err != nil {
		return err
	}
	printStarted(out, system, time.Since(began), f.ephemeral)
	err = system.Wait(ctx)
	return errors.Join(err, system.Close())
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
