package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/stead-s2s/stead"
)

// usageFlags are what `stead usage` may be told.
type usageFlags struct{ data, environment, app, format, since string }

func newUsage() *cobra.Command {
	var f usageFlags
	c := &cobra.Command{
		Use:   "usage",
		Short: "Show what the users of an environment did, and when they will meet a limit",
		Long: `Show what the users of an environment did: requests, operations, refusals, time, and how close each
is to a limit. It is read over the wire, as an application that is a System Administrator there.`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error { return showUsage(c, f) },
	}
	dataFlag(c, &f.data)
	c.Flags().StringVar(&f.environment, "environment", "", "the `name` of the environment (default: the first)")
	c.Flags().StringVar(&f.app, "app", "", "the application to be (default: the first of the environment's tenant)")
	c.Flags().StringVar(&f.since, "since", "24h", "from when: a span before now, or a time like 2026-03-02T12:00:00Z")
	c.Flags().StringVarP(&f.format, "output", "o", "table", "table, json or csv")
	return c
}

func showUsage(c *cobra.Command, f usageFlags) error {
	w, err := stead.ReadWorld(absolute(f.data))
	if err != nil {
		return err
	}
	if !slices.Contains([]string{"table", "json", "csv"}, f.format) {
		return usageError{fmt.Errorf("unknown output %q: table, json or csv", f.format)}
	}
	if err := f.fill(w); err != nil {
		return err
	}
	query := url.Values{"since": {f.since}}
	if f.format == "csv" {
		query.Set("format", "csv")
	}
	body, err := stead.ReadUsage(c.Context(), w, f.environment, f.app, query)
	if err != nil {
		return fmt.Errorf("usage of %s: %w", f.environment, err)
	}
	if f.format != "table" {
		_, err := c.OutOrStdout().Write(body)
		return err
	}
	var report usageReport
	if err := json.Unmarshal(body, &report); err != nil {
		return err
	}
	return report.print(c.OutOrStdout(), userNames(w))
}

// fill chooses the environment and the application where none is named.
func (f *usageFlags) fill(w stead.World) error {
	if f.environment == "" && len(w.Environments) > 0 {
		f.environment = w.Environments[0].Name
	}
	e, ok := w.Environment(f.environment)
	if !ok {
		return usageError{fmt.Errorf("no environment %q in this world; there are %s", f.environment, names(w.Environments, func(e stead.Environment) string { return e.Name }))}
	}
	if f.app == "" {
		if i := slices.IndexFunc(w.Apps, func(a stead.App) bool { return a.TenantID == e.TenantID }); i >= 0 {
			f.app = w.Apps[i].Name
		}
	}
	if _, ok := w.App(f.app); !ok {
		return usageError{fmt.Errorf("no application %q in this world; there are %s", f.app, names(w.Apps, func(a stead.App) string { return a.Name }))}
	}
	return nil
}

// usageReport is what the environment answers.
type usageReport struct {
	Environment string
	Now, Since  time.Time
	Limits      *struct {
		Requests, Concurrent int64
		Window               float64 `json:"window_seconds"`
	}
	Forecast []usageOutlook
	Rows     []usageRow

	totals map[string]*usageRow
	order  []string
}

type usageOutlook struct {
	User, Limit string
	Used, Most  float64
	MetAt       *time.Time `json:"met_at"`
}

type usageRow struct {
	User, Application    string
	Requests, Operations int64
	Refused              map[string]int64
	Execution            float64 `json:"execution_ms"`
	Peak                 int64   `json:"peak_concurrency"`
	P95                  float64 `json:"p95_ms"`
}

// print writes a line for each user, who did most first.
func (r *usageReport) print(out io.Writer, name map[string]string) error {
	r.add()
	limits := "nothing is limited"
	if r.Limits != nil {
		limits = fmt.Sprintf("limits of %d requests in %g s, %d at once", r.Limits.Requests, r.Limits.Window, r.Limits.Concurrent)
	}
	fmt.Fprintf(out, "%s since %s · %s\n\n", r.Environment, r.Since.Local().Format("2006-01-02 15:04"), limits)
	if len(r.order) == 0 {
		_, err := fmt.Fprintln(out, "Nobody did anything.")
		return err
	}
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "USER\tREQUESTS\tOPERATIONS\tREFUSED\tTIME\tAT ONCE\tP95\tLIMITS NOW")
	for _, user := range r.order {
		u := r.totals[user]
		refused := int64(0)
		for _, n := range u.Refused {
			refused += n
		}
		shown := cmp.Or(name[u.Application], name[u.User], u.User)
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%s\t%d\t%s\t%s\n", shown, u.Requests, u.Operations, refused,
			span(u.Execution), u.Peak, span(u.P95), r.look(user))
	}
	return t.Flush()
}

// add sums up the rows of each user. Percentiles of several rows have no sum: the worst
// is shown.
func (r *usageReport) add() {
	r.totals = map[string]*usageRow{}
	for _, row := range r.Rows {
		u := r.totals[row.User]
		if u == nil {
			u = &usageRow{User: row.User, Application: row.Application, Refused: map[string]int64{}}
			r.totals[row.User] = u
			r.order = append(r.order, row.User)
		}
		u.Requests += row.Requests
		u.Operations += row.Operations
		u.Execution += row.Execution
		u.Peak, u.P95 = max(u.Peak, row.Peak), max(u.P95, row.P95)
		for why, n := range row.Refused {
			u.Refused[why] += n
		}
	}
	slices.SortStableFunc(r.order, func(a, b string) int { return cmp.Compare(r.totals[b].Requests, r.totals[a].Requests) })
}

// look says how much of each limit a user has used, and when it will be met.
func (r *usageReport) look(user string) string {
	var parts []string
	for _, f := range r.Forecast {
		if f.User != user || f.Most == 0 {
			continue
		}
		part := fmt.Sprintf("%s %.0f%%", f.Limit, 100*f.Used/f.Most)
		switch {
		case f.MetAt == nil:
		case f.MetAt.After(r.Now):
			part += " (met at " + f.MetAt.Local().Format("15:04:05") + ")"
		default:
			part += " (met)"
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ", ")
}

// span rounds milliseconds to what a person reads.
func span(milliseconds float64) string {
	d := time.Duration(milliseconds * float64(time.Millisecond))
	switch {
	case d >= time.Minute:
		return d.Round(time.Second).String()
	case d >= time.Second:
		return d.Round(10 * time.Millisecond).String()
	}
	return d.Round(10 * time.Microsecond).String()
}

// userNames are the names of applications by client id and of people by user id.
func userNames(w stead.World) map[string]string {
	m := map[string]string{}
	for _, a := range w.Apps {
		m[a.ClientID] = a.Name
	}
	for _, p := range w.Users {
		for _, u := range p.SystemUsers {
			m[u.SystemUserID] = p.UPN
		}
	}
	return m
}
