package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/stead-s2s/stead/operator"
)

func newSnapshot() *cobra.Command {
	c := &cobra.Command{
		Use:   "snapshot",
		Short: "Keep the state of a running world, and bring it back",
		Long: `Keep the state of a running world under a name, and bring it back: every row, application, secret,
signing key, and the clock. Requests wait meanwhile, a part of a second. Snapshots lie in the data
directory; stead reset removes them with it.`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(
		snapshotCommand("save NAME", "Keep the world as it is now", 1, func(c *cobra.Command, o *operator.Client, args []string) error {
			s, err := o.Save(c.Context(), args[0])
			if err == nil {
				fmt.Fprintf(c.ErrOrStderr(), "Saved %s, %d KiB.\n", s.Name, s.Bytes/1024)
			}
			return err
		}),
		snapshotCommand("load NAME", "Make the world what it was", 1, func(c *cobra.Command, o *operator.Client, args []string) error {
			s, err := o.Load(c.Context(), args[0])
			if err == nil {
				fmt.Fprintf(c.ErrOrStderr(), "Loaded %s, saved %s.\n", s.Name, s.Saved.Format(time.RFC3339))
			}
			return err
		}),
		snapshotCommand("list", "List what is kept, oldest first", 0, func(c *cobra.Command, o *operator.Client, _ []string) error {
			all, err := o.Snapshots(c.Context())
			for _, s := range all {
				fmt.Fprintf(c.OutOrStdout(), "%-20s saved %s  world's clock %s  %d KiB\n", s.Name, s.Saved.Format(time.RFC3339), s.World.Format(time.RFC3339), s.Bytes/1024)
			}
			return err
		}),
		snapshotCommand("delete NAME", "Forget what is kept under a name", 1, func(c *cobra.Command, o *operator.Client, args []string) error {
			return o.Delete(c.Context(), args[0])
		}),
	)
	return c
}

func snapshotCommand(use, short string, args int, do func(*cobra.Command, *operator.Client, []string) error) *cobra.Command {
	var data string
	c := &cobra.Command{Use: use, Short: short, Args: exactArgs(args)}
	c.RunE = func(c *cobra.Command, args []string) error {
		return operate(data, func(o *operator.Client) error { return do(c, o, args) })
	}
	dataFlag(c, &data)
	return c
}
