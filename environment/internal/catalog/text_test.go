package catalog

import (
	"fmt"

	"github.com/stead-s2s/stead/environment/internal/meta"
)

// optionText prints an option as "value label", "*" for a default and "/state" for a
// status of another state than the first.
func optionText(o meta.Option) string {
	text := fmt.Sprintf("%d %s", o.Value, o.Label)
	if o.Default {
		text += "*"
	}
	if o.State != 0 {
		text += fmt.Sprintf("/%d", o.State)
	}
	return text
}

// depthText prints the depths that a privilege can be held at.
func depthText(p *meta.Privilege) string {
	text := ""
	for i, yes := range []bool{p.Basic, p.Local, p.Deep, p.Global} {
		if yes {
			text += "BLDG"[i : i+1]
		}
	}
	return text
}
