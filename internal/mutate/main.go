package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

func main() {
	also := flag.String("also", "", "packages whose tests judge what lived, separated by commas")
	named := flag.String("run", "", "the `pattern` of those tests of the other packages that judge")
	only := flag.String("only", "", "the one `file` to change")
	short := flag.Bool("short", false, "let only the short form of the tests judge")
	workers := flag.Int("workers", 2, "how many tests run at once")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: mutate [-also package,…] [-run pattern] [-only file] package")
		os.Exit(2)
	}
	var judges others
	if *also != "" {
		judges = others{strings.Split(*also, ","), *named}
	}
	if err := run(os.Stdout, flag.Arg(0), judges, *only, *short, *workers); err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
		os.Exit(1)
	}
}

// others are packages whose tests judge too: those that a pattern names, all where it is "".
type others struct {
	packages []string
	pattern  string
}

// run judges all mutants of a package and writes of those that live.
func run(out io.Writer, pkg string, also others, only string, brief bool, workers int) error {
	to, err := os.MkdirTemp("", "mutate")
	if err != nil {
		return err
	}
	defer os.RemoveAll(to)
	dir, err := directoryOf(pkg)
	if err != nil {
		return err
	}
	w, err := weavePackage(dir, to, only)
	if err != nil {
		return err
	}
	var stages []stage
	for i, p := range append([]string{pkg}, also.packages...) {
		s, err := build(p, filepath.Join(to, fmt.Sprintf("tests%d", i)), w.overlay)
		if err != nil {
			return err
		}
		if i == 0 {
			short := s
			short.args = append([]string{"-test.short"}, s.args...)
			stages = append(stages, short)
		}
		if i > 0 && also.pattern != "" {
			s.args = append(s.args, "-test.run="+also.pattern)
		}
		if i > 0 || !brief {
			stages = append(stages, s)
		}
	}
	for _, s := range stages {
		if killed, text := s.judge(0); killed {
			return fmt.Errorf("%s fails unchanged:\n%s", s.pkg, text)
		}
	}
	lived := 0
	judgeAll(w.mutants, stages, workers, func(m mutant) {
		lived++
		fmt.Fprintf(out, "%s:%d: %s\n", filepath.Base(m.file), m.line, m.what)
	})
	fmt.Fprintf(out, "%d changes, %d unnoticed\n", len(w.mutants), lived)
	return nil
}

// judgeAll tells of each mutant that lives through all stages, one after the other.
func judgeAll(mutants []mutant, stages []stage, workers int, lives func(mutant)) {
	next := make(chan mutant)
	var all sync.WaitGroup
	var telling sync.Mutex
	for range workers {
		all.Go(func() {
			for m := range next {
				if killedBy(stages, m.number) {
					continue
				}
				telling.Lock()
				lives(m)
				telling.Unlock()
			}
		})
	}
	for _, m := range mutants {
		next <- m
	}
	close(next)
	all.Wait()
}

func killedBy(stages []stage, number int) bool {
	return slices.ContainsFunc(stages, func(s stage) bool { killed, _ := s.judge(number); return killed })
}

// stage is a program of tests that judges mutants.
type stage struct {
	pkg, program, dir string
	args              []string
}

// build compiles the tests of a package, with the woven package in it.
func build(pkg, program, overlay string) (s stage, err error) {
	dir, err := directoryOf(pkg)
	if err != nil {
		return s, err
	}
	c := exec.Command("go", "test", "-c", "-overlay", overlay, "-o", program, pkg)
	if text, err := c.CombinedOutput(); err != nil {
		return s, fmt.Errorf("build the tests of %s: %w\n%s", pkg, err, text)
	}
	return stage{pkg: pkg, program: program, dir: dir, args: []string{"-test.failfast", "-test.timeout=180s"}}, nil
}

// judge runs the tests with a mutant switched on, 0 being none.
func (s stage) judge(number int) (killed bool, text string) {
	c := exec.Command(s.program, s.args...)
	c.Dir, c.Env = s.dir, append(os.Environ(), fmt.Sprintf("%s=%d", chosen, number))
	out, err := c.CombinedOutput()
	return err != nil, string(out)
}

func directoryOf(pkg string) (string, error) {
	out, err := exec.Command("go", "list", "-f", "{{.Dir}}", pkg).Output()
	if e, is := errors.AsType[*exec.ExitError](err); is {
		return "", fmt.Errorf("find %s: %s", pkg, e.Stderr)
	}
	return strings.TrimSpace(string(out)), err
}
