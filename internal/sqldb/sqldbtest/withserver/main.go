package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"

	"github.com/stead-s2s/stead/internal/limit/limittest"
	"github.com/stead-s2s/stead/internal/sqldb/sqldbtest"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "withserver:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 0 {
		return errors.New("which command?")
	}
	if os.Getenv(limittest.SkipServers) == "1" {
		fmt.Fprintf(os.Stderr, "withserver: %s=1, so this is not run: %q\n", limittest.SkipServers, args)
		return nil
	}
	address, stop, err := sqldbtest.Serve()
	if err != nil {
		return err
	}
	c := exec.Command(args[0], args[1:]...)
	c.Env = append(os.Environ(), sqldbtest.Variable+"="+address)
	c.Stdout, c.Stderr = os.Stdout, os.Stderr
	return errors.Join(c.Run(), stop())
}
