package access

import (
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// closed is the one place that decides on secured columns. Until profiles are
// built, nobody may name a secured column anywhere: an answer with the value would
// leak it, and a masked one would pretend that a profile was asked.
func closed(c *meta.Column) error {
	if !c.Secured {
		return nil
	}
	return dverr.NotImplemented.With().Helping(
		"Column %s of table %s is secured, and column security is not built yet. Leave the column out of the request.",
		c.LogicalName, c.Table.LogicalName)
}

// readable judges every mention of a column, conditions and order included: who may
// filter by a column can find out its value.
func readable(s *query.Select) error {
	for c := range query.Columns(s) {
		if err := closed(c.C); err != nil {
			return err
		}
	}
	return nil
}

func writable(values []op.Assignment) error {
	for _, a := range values {
		if err := closed(a.Column); err != nil {
			return err
		}
	}
	return nil
}
