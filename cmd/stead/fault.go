package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/stead-s2s/stead/operator"
)

func newFault() *cobra.Command {
	c := &cobra.Command{
		Use:   "fault",
		Short: "Make a running world fail on purpose",
		Long: `Make a running world fail on purpose, so that applications meet every failure before they meet it in
the cloud. Faults happen in every environment unless --environment or --authority says where. They end
when cleared, after --count requests, or after --for by the world's clock; none outlives stead up.
docs/faults.md says for each what the client sees.`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(newFaultList(), newFaultClear())
	c.AddCommand(requestFaults()...)
	c.AddCommand(stateFaults()...)
	return c
}

// faultCommand makes a command that orders a fault. flags adds those of the kind.
func faultCommand(use, short string, args int, flags func(*cobra.Command, *operator.Order), fill func(*operator.Order, []string) error) *cobra.Command {
	var data string
	order := operator.Order{}
	order.Kind, _, _ = strings.Cut(use, " ")
	c := &cobra.Command{Use: use, Short: short, Args: exactArgs(args)}
	c.RunE = func(c *cobra.Command, args []string) error {
		if fill != nil {
			if err := fill(&order, args); err != nil {
				return usageError{err}
			}
		}
		return operate(data, func(o *operator.Client) error {
			f, err := o.Inject(c.Context(), order)
			if err == nil {
				printFault(c.OutOrStdout(), f)
			}
			return err
		})
	}
	dataFlag(c, &data)
	if flags != nil {
		flags(c, &order)
	}
	return c
}

// requestFaults happen to requests.
func requestFaults() []*cobra.Command {
	retry := func(c *cobra.Command, o *operator.Order) {
		c.Flags().Var((*seconds)(&o.RetryAfter), "retry-after", "tell the client to wait so long")
	}
	return []*cobra.Command{
		faultCommand("throttle", "Answer 429 in the service's words", 0, func(c *cobra.Command, o *operator.Order) {
			c.Flags().StringVar(&o.Limit, "kind", "requests", "the `limit` that was met: requests, time or concurrency (of environments)")
			retry(c, o)
			targetFlags(c, o)
		}, nil),
		faultCommand("error", "Answer with a 5xx status", 0, func(c *cobra.Command, o *operator.Order) {
			c.Flags().IntVar(&o.Status, "status", 503, "HTTP status, 500 to 599")
			retry(c, o)
			targetFlags(c, o)
		}, nil),
		faultCommand("slow", "Answer later", 0, func(c *cobra.Command, o *operator.Order) {
			c.Flags().DurationVar((*time.Duration)(&o.Delay), "delay", time.Second, "wait so long before each answer, in real time")
			targetFlags(c, o)
		}, nil),
		faultCommand("drop", "End the connection without an answer; nothing is done", 0, targetFlags, nil),
		faultCommand("cut", "Do what is asked, send half of the answer and end the connection", 0, targetFlags, nil),
		faultCommand("lose-affinity", "Hide the affinity cookie, so that any web server answers", 0, targetFlags, nil),
	}
}

// targetFlags say to which requests a fault happens.
func targetFlags(c *cobra.Command, o *operator.Order) {
	placeFlags(c, o)
	c.Flags().BoolVar(&o.Authority, "authority", false, "at the authority, in place of the environments")
	c.Flags().StringVar(&o.App, "app", "", "only requests of this application, by `name` or client id")
	c.Flags().StringVar(&o.Path, "path", "", "only paths that begin with this `prefix`")
	c.Flags().StringVar(&o.Method, "method", "", "only this HTTP method")
	c.Flags().IntVar(&o.Count, "count", 0, "end after so many requests; 0 for every one")
	c.Flags().Float64Var(&o.Probability, "probability", 0, "of a request that is meant; 0 and 1 for always")
}

// placeFlags say where and how long.
func placeFlags(c *cobra.Command, o *operator.Order) {
	c.Flags().StringVar(&o.Environment, "environment", "", "only in the environment of this `name`")
	c.Flags().DurationVar((*time.Duration)(&o.For), "for", 0, "end after this time by the world's clock")
}

// stateFaults change the world: two until they end, three for good.
func stateFaults() []*cobra.Command {
	subject := func(o *operator.Order, args []string) error { o.Subject = args[0]; return nil }
	return []*cobra.Command{
		faultCommand("admin-mode", "Close environments as administration mode does", 0, placeFlags, nil),
		faultCommand("delay-visibility DELAY", "Hide new application users and their roles for a time", 1, placeFlags, func(o *operator.Order, args []string) error {
			d, err := time.ParseDuration(args[0])
			o.Delay = operator.Duration(d)
			return err
		}),
		faultCommand("expire-secret APP", "Let an application's secrets expire now, for good", 1, nil, subject),
		faultCommand("rotate-keys", "Sign with the next key from now on, for good", 0, nil, nil),
		faultCommand("withdraw-consent APP", "Remove an application from a tenant, for good", 1, func(c *cobra.Command, o *operator.Order) {
			c.Flags().StringVar(&o.Tenant, "tenant", "", "`name`, id or domain of the tenant")
		}, subject),
	}
}

func newFaultList() *cobra.Command {
	var data, format string
	c := &cobra.Command{Use: "list", Short: "List the faults in force", Args: noArgs}
	c.RunE = func(c *cobra.Command, _ []string) error {
		if format != "text" && format != "json" {
			return usageError{fmt.Errorf("unknown output %q: text or json", format)}
		}
		return operate(data, func(o *operator.Client) error {
			all, err := o.Faults(c.Context())
			if err != nil {
				return err
			}
			if format == "json" {
				return writeJSON(c.OutOrStdout(), all)
			}
			for _, f := range all {
				printFault(c.OutOrStdout(), f)
			}
			return nil
		})
	}
	dataFlag(c, &data)
	c.Flags().StringVarP(&format, "output", "o", "text", "text or json")
	return c
}

func newFaultClear() *cobra.Command {
	var data string
	c := &cobra.Command{Use: "clear [ID]", Short: "End one fault, or every one", Args: func(c *cobra.Command, args []string) error {
		if len(args) > 1 {
			return usageError{errors.New("one id at most")}
		}
		return nil
	}}
	c.RunE = func(c *cobra.Command, args []string) error {
		return operate(data, func(o *operator.Client) error {
			n, err := o.Clear(c.Context(), strings.Join(args, ""))
			if err == nil {
				fmt.Fprintf(c.ErrOrStderr(), "Cleared %d.\n", n)
			}
			return err
		})
	}
	dataFlag(c, &data)
	return c
}

// printFault describes a fault in one line: id, kind, what it is told, how often it
// happened. One that was done at once has no id.
func printFault(out io.Writer, f operator.Fault) {
	id, o := f.ID, f.Order
	if id == "" {
		id = "-"
	}
	line := fmt.Sprintf("%-3s %-16s", id, o.Kind)
	for _, part := range []struct {
		name string
		show bool
		is   any
	}{
		{"", o.Subject != "", o.Subject}, {"tenant", o.Tenant != "", o.Tenant}, {"limit", o.Limit != "", o.Limit}, {"status", o.Status != 0, o.Status},
		{"retry-after", o.RetryAfter != 0, o.RetryAfter}, {"delay", o.Delay != 0, o.Delay}, {"at", o.Authority, "the authority"},
		{"at", o.Environment != "", o.Environment}, {"app", o.App != "", o.App}, {"path", o.Path != "", o.Path}, {"method", o.Method != "", o.Method},
		{"count", o.Count != 0, o.Count}, {"probability", o.Probability != 0, o.Probability},
	} {
		if part.show {
			line += strings.TrimRight(" "+part.name, " ") + fmt.Sprintf(" %v", part.is)
		}
	}
	if f.Until != nil {
		line += " until " + f.Until.Format(time.RFC3339)
	}
	fmt.Fprintf(out, "%s injected %d\n", line, f.Injected)
}
