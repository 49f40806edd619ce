package custom

import (
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
)

// judgeContent gives a file or image column its usual size when none was given, and
// refuses one that no such column has (Dataverse facts 5.18).
func (c *Column) judgeContent(usual, most int) error {
	if c.MaxKB == 0 {
		c.MaxKB = usual
	}
	if c.MaxKB < 1 || c.MaxKB > most {
		return dverr.InvalidArgument.Text("The MaxSizeInKB of the attribute %s must be between 1 and %d.", c.LogicalName(), most)
	}
	return nil
}

// addContent makes a new column one whose content moves by addresses of its own.
func addContent(t *meta.Table, c *meta.Column) {
	if c.Kind == meta.File {
		c.ForCreate, c.ForUpdate = false, false
	}
	t.Columns = append(t.Columns, meta.Companions(c)...)
}
