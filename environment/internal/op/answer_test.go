package op_test

import (
	"testing"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
)

func TestAnswerHoldsTheClosedSetOnly(t *testing.T) {
	tests := []struct {
		name  string
		value any
		want  string
	}{
		{"null", nil, ""},
		{"text", "Enabled", ""},
		{"number", int64(3), ""},
		{"truth", false, ""},
		{"id", meta.ID{1}, ""},
		{"complex", []op.Member{{Name: "Count", Value: int64(3)}}, ""},
		{"list", op.List{"a", int64(1), []op.Member{{Name: "x", Value: nil}}}, ""},
		{"int", 3, "R.M: int cannot stand in an answer"},
		{"inside complex", []op.Member{{Name: "x", Value: float32(1.5)}}, "R.M.x: float32 cannot stand in an answer"},
		{"inside list", op.List{"a", []string{"b"}}, "R.M[1]: []string cannot stand in an answer"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := op.Answer{Type: "R", Members: []op.Member{{Name: "M", Value: tt.value}}}.Valid()
			if got := text(err); got != tt.want {
				t.Errorf("Valid() = %q, want %q", got, tt.want)
			}
		})
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
