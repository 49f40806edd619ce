package steadtest

import (
	"context"
	"fmt"
	"os"
	"testing"
)

// Main stands for a test where there is none: in TestMain, in examples and in programs that
// want a world for a while. What would fail a test panics. The zero value is ready; End it.
//
//	var t steadtest.Main
//	defer t.End()
//	w := steadtest.Start(&t, nil)
type Main struct {
	testing.TB // never set: what is not below has no meaning outside of a test

	cleanups []func()
}

// End ends what began, last first.
func (m *Main) End() {
	for len(m.cleanups) > 0 {
		last := len(m.cleanups) - 1
		do := m.cleanups[last]
		m.cleanups = m.cleanups[:last]
		do()
	}
}

// Cleanup lets End do something.
func (m *Main) Cleanup(do func()) { m.cleanups = append(m.cleanups, do) }

// Context has no end.
func (m *Main) Context() context.Context { return context.Background() }

// Helper does nothing.
func (m *Main) Helper() {}

// Errorf panics.
func (m *Main) Errorf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }

// Fatalf panics.
func (m *Main) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }

// Fatal panics.
func (m *Main) Fatal(args ...any) { panic(fmt.Sprint(args...)) }

// Logf writes to standard error.
func (m *Main) Logf(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }
