package message

import (
	"context"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/store"
)

// formatAddress writes an address as its country does. The two forms are those of the
// service's sample: Japan's, and that of everybody else.
func formatAddress(_ context.Context, _ engine.Call, m *op.Message, _ *store.Tx) (op.Answer, error) {
	if m.Bound != nil {
		return op.Answer{}, dverr.SegmentNotFound.With(m.Name)
	}
	var parts [7]string
	for i, name := range [...]string{"Line1", "Line2", "Line3", "City", "StateOrProvince", "PostalCode", "Country"} {
		parts[i], _ = m.Argument(name).(string)
	}
	text := engine.FormatAddress(parts)
	if strings.EqualFold(parts[6], "japan") {
		text = japanese(parts)
	}
	return op.Answer{Type: "FormatAddressResponse", Members: []op.Member{{Name: "Address", Value: text}}}, nil
}

// japanese goes from the postal code down to the lines, each part in a line of its own.
func japanese(p [7]string) string {
	var lines []string
	for _, part := range []string{p[5], p[4], p[3], p[0], p[1], p[2], p[6]} {
		if part != "" {
			lines = append(lines, part)
		}
	}
	return strings.Join(lines, "\r\n")
}

// languages answers with the languages of an environment: English alone, as it is made.
func languages(name, member string, codes ...any) engine.Message {
	return unbound(func(engine.Call) op.Answer {
		return op.Answer{Type: name + "Response", Members: []op.Member{{Name: member, Value: op.List(codes)}}}
	})
}
