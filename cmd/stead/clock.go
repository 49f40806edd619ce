package main

import (
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/stead-s2s/stead/operator"
)

func newClock() *cobra.Command {
	c := &cobra.Command{
		Use:   "clock",
		Short: "Show or move the clock of a running world",
		Long: `Show or move the clock of a running world: tokens, secrets, certificates, signing keys, request
limits and the stamps of rows follow it; TLS and the clients' own clocks do not.
It stays moved when the world is started again.`,
		Args: noArgs,
	}
	var data string
	dataFlag(c, &data)
	c.RunE = func(c *cobra.Command, _ []string) error {
		return operate(data, func(o *operator.Client) error {
			s, err := o.Clock(c.Context())
			printClock(c.OutOrStdout(), s, err)
			return err
		})
	}
	c.AddCommand(newClockAdvance(), newClockSet(), newClockReset())
	return c
}

func printClock(out io.Writer, s operator.ClockState, err error) {
	if err != nil {
		return
	}
	state := "as this machine's"
	switch {
	case s.Frozen:
		state = "frozen"
	case s.Offset > 0:
		state = s.Offset.String() + " ahead of this machine"
	case s.Offset < 0:
		state = (-s.Offset).String() + " behind this machine"
	}
	fmt.Fprintf(out, "%s  %s\n", s.Now.Format(time.RFC3339), state)
}

// moveClock makes a command that moves the clock.
func moveClock(use, short string, args int, freezes bool, move func(args []string) (operator.ClockMove, error)) *cobra.Command {
	var data string
	var freeze bool
	c := &cobra.Command{Use: use, Short: short, Args: exactArgs(args)}
	c.RunE = func(c *cobra.Command, args []string) error {
		m, err := move(args)
		if err != nil {
			return usageError{err}
		}
		m.Freeze = freeze
		return operate(data, func(o *operator.Client) error {
			s, err := o.MoveClock(c.Context(), m)
			printClock(c.OutOrStdout(), s, err)
			return err
		})
	}
	dataFlag(c, &data)
	if freezes {
		c.Flags().BoolVar(&freeze, "freeze", false, "stop the clock there, until it is set or reset")
	}
	return c
}

func newClockAdvance() *cobra.Command {
	return moveClock("advance DURATION", "Let time pass at once, such as 25h or 90m", 1, true, func(args []string) (operator.ClockMove, error) {
		d, err := time.ParseDuration(args[0])
		return operator.ClockMove{Advance: operator.Duration(d)}, err
	})
}

func newClockSet() *cobra.Command {
	return moveClock("set TIME", "Set the clock, such as 2026-12-24T00:00:00Z", 1, true, func(args []string) (operator.ClockMove, error) {
		at, err := time.Parse(time.RFC3339, args[0])
		if err != nil {
			at, err = time.Parse(time.DateOnly, args[0])
		}
		if err != nil {
			err = fmt.Errorf("%q is no time: write 2026-12-24T00:00:00Z or 2026-12-24", args[0])
		}
		return operator.ClockMove{Set: &at}, err
	})
}

func newClockReset() *cobra.Command {
	return moveClock("reset", "Let the clock go as this machine's", 0, false, func([]string) (operator.ClockMove, error) {
		return operator.ClockMove{Reset: true}, nil
	})
}
