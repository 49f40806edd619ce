package limit_test

import (
	"testing"

	"github.com/stead-s2s/stead/internal/limit"
	"github.com/stead-s2s/stead/internal/limit/limittest"
)

func TestMemory(t *testing.T) { limittest.Suite(t, limit.NewMemory(0)) }
