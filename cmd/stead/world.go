package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"

	"github.com/stead-s2s/stead"
)

func noArgs(c *cobra.Command, args []string) error {
	if err := cobra.NoArgs(c, args); err != nil {
		return usageError{err}
	}
	return nil
}

// absolute gives the path that the world's own files are named by.
func absolute(dir string) string {
	if abs, err := filepath.Abs(dir); err == nil {
		return abs
	}
	return dir
}

func newStatus() *cobra.Command {
	var data string
	c := &cobra.Command{
		Use:   "status",
		Short: "Say whether the world runs, and print its addresses and secrets again",
		Args:  noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			w, err := stead.ReadWorld(absolute(data))
			if err != nil {
				return err
			}
			health := stead.Check(c.Context(), w)
			printStatus(c.OutOrStdout(), w, absolute(data), health)
			if health != nil {
				return unreachableError{fmt.Errorf("the world in %s does not answer: %w", data, health)}
			}
			return nil
		},
	}
	dataFlag(c, &data)
	return c
}

func newWait() *cobra.Command {
	var data string
	var timeout time.Duration
	c := &cobra.Command{
		Use:   "wait",
		Short: "Wait until every port of the world answers",
		Args:  noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			ctx, cancel := context.WithTimeout(c.Context(), timeout)
			defer cancel()
			if err := wait(ctx, absolute(data)); err != nil {
				return unreachableError{fmt.Errorf("after %s: %w", timeout, err)}
			}
			return nil
		},
	}
	dataFlag(c, &data)
	c.Flags().DurationVar(&timeout, "timeout", 30*time.Second, "give up after this time")
	return c
}

// wait asks ten times a second until the world answers. The world may not exist
// yet when it is called: `stead up & stead wait` must work.
func wait(ctx context.Context, data string) error {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		w, err := stead.ReadWorld(data)
		if err == nil {
			err = stead.Check(ctx, w)
		}
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return err
		case <-tick.C:
		}
	}
}

func newReset() *cobra.Command {
	var data, database, files string
	c := &cobra.Command{
		Use:   "reset",
		Short: "Remove the world; the next start seeds a new one",
		Args:  noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := stead.Reset(c.Context(), absolute(data), database, bucket(files)); err != nil {
				return err
			}
			fmt.Fprintf(c.ErrOrStderr(), "Removed the world in %s. stead up seeds a new one.\n", data)
			return nil
		},
	}
	dataFlag(c, &data)
	databaseFlag(c, &database, "remove the environments' rows too that are kept")
	filesFlag(c, &files, "remove the files too that are kept")
	return c
}

// databaseFlag takes the address of a server's database; of the environment variable, so
// that a password need not stand on the command line.
func databaseFlag(c *cobra.Command, database *string, what string) {
	c.Flags().StringVar(database, "database", os.Getenv(databaseVariable),
		what+" in the server's database at this `address` (default: files; or "+databaseVariable+")")
	c.Flags().Lookup("database").DefValue = "" // help must not show a password
}

// databaseVariable holds what --database is not given.
const databaseVariable = "STEAD_DATABASE"

// filesFlag takes the address of a bucket.
func filesFlag(c *cobra.Command, files *string, what string) {
	c.Flags().StringVar(files, "files", os.Getenv("STEAD_FILES"),
		what+" in the bucket at this `address`, as s3://bucket/prefix?endpoint=https://host&region=name, with the key of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (default: the data directory; or STEAD_FILES)")
	c.Flags().Lookup("files").DefValue = ""
}

// bucket takes the key from the environment, where nobody sees it.
func bucket(address string) stead.Bucket {
	if address == "" {
		return stead.Bucket{}
	}
	return stead.Bucket{
		Address: address, KeyID: os.Getenv("AWS_ACCESS_KEY_ID"),
		Secret: stead.Secret(os.Getenv("AWS_SECRET_ACCESS_KEY")), Session: stead.Secret(os.Getenv("AWS_SESSION_TOKEN")),
	}
}

func newVersion() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  noArgs,
		Run: func(c *cobra.Command, _ []string) {
			fmt.Fprintf(c.OutOrStdout(), "stead %s%s %s %s/%s\n", stead.Version, revision(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
		},
	}
}

// revision gives " (abc1234)" when the build knows its commit.
func revision() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 7 {
			return " (" + s.Value[:7] + ")"
		}
	}
	return ""
}
