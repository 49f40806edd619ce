package main

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/stead-s2s/stead"
	"github.com/stead-s2s/stead/operator"
)

// operate runs do with a client of the world's operator API. A refusal is the world's
// word; that nobody answers is another matter, and another exit code.
func operate(data string, do func(*operator.Client) error) error {
	client, err := stead.OpenOperator(absolute(data))
	if err != nil {
		return err
	}
	err = do(client)
	var refused *operator.Error
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &refused):
		return unreachableError{fmt.Errorf("the world in %s does not answer: %w", data, err)}
	case refused.Status == 400:
		return usageError{err}
	case refused.Status == 404:
		return notFoundError{err}
	}
	return err
}

// exactArgs wants n arguments.
func exactArgs(n int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if err := cobra.ExactArgs(n)(c, args); err != nil {
			return usageError{err}
		}
		return nil
	}
}

// seconds is a duration that is also understood without a unit, as headers have it.
type seconds time.Duration

// Set reads "5", "5s" or "1m30s".
func (s *seconds) Set(text string) error {
	if n, err := strconv.ParseInt(text, 10, 32); err == nil {
		*s = seconds(time.Duration(n) * time.Second)
		return nil
	}
	d, err := time.ParseDuration(text)
	*s = seconds(d)
	return err
}

// String is for the help.
func (s *seconds) String() string { return time.Duration(*s).String() }

// Type names the kind of value in the help.
func (*seconds) Type() string { return "seconds" }
