package custom

import (
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
)

// judgeAutoNumber refuses autonumbers of columns that are no plain text. Their format is
// judged when a row is made, as the service documents ("Create autonumber columns"); the
// service gives no code of its own for this.
func (c *Column) judgeAutoNumber() error {
	plain := kindOf(c.Kind) == meta.String && (c.Format == "" || c.Format == "Text")
	if c.AutoNumber == "" || plain {
		return nil
	}
	return dverr.InvalidArgument.Text("The attribute %s cannot have an AutoNumberFormat: its format must be Text.", c.LogicalName())
}
