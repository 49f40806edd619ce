package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/stead-s2s/stead"
)

// The exit codes, as `stead help exit-codes` explains them.
const (
	exitOK          = 0
	exitFailure     = 1
	exitUsage       = 2
	exitNotFound    = 3
	exitUnreachable = 7
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run is main without the process around it.
func run(args []string, out, errOut io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	root := newRoot()
	root.SetArgs(args)
	root.SetOut(out)
	root.SetErr(errOut)
	err := root.ExecuteContext(ctx)
	if err != nil {
		fmt.Fprintf(errOut, "stead: %v\n", err)
	}
	return exitCode(err)
}

// usageError marks what the caller typed wrongly.
type usageError struct{ error }

// unreachableError marks a world that does not answer.
type unreachableError struct{ error }

// notFoundError marks what is not in the world.
type notFoundError struct{ error }

func exitCode(err error) int {
	var usage usageError
	var unreachable unreachableError
	var notFound notFoundError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &usage):
		return exitUsage
	case errors.As(err, &unreachable):
		return exitUnreachable
	case errors.Is(err, stead.ErrNoWorld), errors.As(err, &notFound):
		return exitNotFound
	default:
		return exitFailure
	}
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:           "stead",
		Short:         "A whole Dataverse server-to-server world on your machine",
		Long:          "Stead runs a token authority that behaves like Entra ID and environments that behave like\nDataverse, so that applications which authenticate server to server can be built and tested here.",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          noArgs,
		RunE:          func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.AddCommand(newUp(), newEnv(), newStatus(), newWait(), newReset(), newUsage(), newVersion(),
		newClock(), newFault(), newSnapshot(), newGen(), exitCodesTopic())
	return root
}

// dataFlag adds --data, which every command that concerns a world has.
func dataFlag(c *cobra.Command, dir *string) {
	c.Flags().StringVar(dir, "data", ".stead", "data `directory` of the world")
}

func exitCodesTopic() *cobra.Command {
	return &cobra.Command{
		Use:   "exit-codes",
		Short: "What the exit codes mean",
		Long: `Exit codes:
  0  done
  1  failed
  2  used wrongly: an unknown flag or argument
  3  not found: no world in the data directory, or not in that world
  7  unreachable: the world does not answer`,
	}
}
