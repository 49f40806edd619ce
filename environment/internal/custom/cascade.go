package custom

import (
	"strings"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
)

// Cascades are the rules of a one-to-many relationship: what happens to the rows that
// point to one which is deleted, assigned, shared, no longer shared, or put below
// another.
type Cascades struct {
	Delete   meta.Cascade
	Assign   meta.Cascade `json:",omitempty"`
	Share    meta.Cascade `json:",omitempty"`
	Unshare  meta.Cascade `json:",omitempty"`
	Reparent meta.Cascade `json:",omitempty"`
}

// Rules are the cascades that a request gives; nil for those that it says nothing of.
type Rules struct{ Delete, Assign, Share, Unshare, Reparent *meta.Cascade }

// over gives the cascades with those in the place of which rules were given. Rows let go
// of one that is deleted when nobody ever said otherwise.
func (r Rules) over(c Cascades) Cascades {
	for _, one := range []struct {
		given *meta.Cascade
		kept  *meta.Cascade
	}{{r.Delete, &c.Delete}, {r.Assign, &c.Assign}, {r.Share, &c.Share}, {r.Unshare, &c.Unshare}, {r.Reparent, &c.Reparent}} {
		if one.given != nil {
			*one.kept = *one.given
		}
	}
	return c
}

// spreads reports a rule by which what happens to a row happens to those that point to it.
func spreads(c meta.Cascade) bool {
	return c == meta.CascadeAll || c == meta.CascadeActive || c == meta.CascadeOwned
}

// parental reports rules of which one spreads, as the service has it ("Entity
// relationship behavior").
func (c Cascades) parental() bool {
	return spreads(c.Delete) || spreads(c.Assign) || spreads(c.Share) || spreads(c.Unshare) || spreads(c.Reparent)
}

func cascadesOf(r *meta.Relationship) Cascades {
	return Cascades{Delete: r.Delete, Assign: r.Assign, Share: r.Share, Unshare: r.Unshare, Reparent: r.Reparent}
}

// judge refuses rules that an action cannot have ("Configure table relationship cascading
// behavior": deleting never takes a part of the rows, and nothing else lets go).
func (c Cascades) judge() error {
	if c.Delete == meta.CascadeActive || c.Delete == meta.CascadeOwned {
		return wrongRule("Delete")
	}
	for name, rule := range map[string]meta.Cascade{"Assign": c.Assign, "Share": c.Share, "Unshare": c.Unshare, "Reparent": c.Reparent} {
		if rule == meta.RemoveLink || rule == meta.Restrict {
			return wrongRule(name)
		}
	}
	return nil
}

func wrongRule(action string) error {
	return dverr.InvalidArgument.Text("The cascade type of the action %s is not valid for it.", action)
}

func (c Cascades) has(rule meta.Cascade) bool {
	return c.Assign == rule || c.Share == rule || c.Unshare == rule || c.Reparent == rule
}

// judgeCascades refuses rules that the two tables cannot have: a table has one parent,
// but for the several tables of one lookup; rows of the catalogue's tables do not follow
// those of a maker's; and nothing follows itself around a circle.
func (e *edit) judgeCascades(r Relationship) error {
	if err := r.judge(); err != nil {
		return err
	}
	one, many := e.Model.Table(r.Referenced), e.Model.Table(r.Referencing)
	if one == nil || many == nil {
		return nil // one that this change makes: nothing is between them yet
	}
	owned := one.Ownership == meta.UserOwned && many.Ownership == meta.UserOwned
	switch {
	case !owned && r.has(meta.CascadeOwned):
		return dverr.InvalidOrgOwnedCascade.With()
	case !r.parental():
		return nil
	case one.Custom && !many.Custom:
		return dverr.InvalidCascade.With()
	case e.hasParent(many, r):
		return dverr.MultipleParents.With()
	case one != many && e.below(many, one, map[*meta.Table]bool{}):
		return dverr.CyclicalRelationship.With()
	}
	return nil
}

// hasParent reports another lookup of the table whose rules spread. Those of the
// relationships of makers are in the set: this change may have changed them.
func (e *edit) hasParent(t *meta.Table, r Relationship) bool {
	for _, other := range t.ManyToOne {
		if other.ReferencingColumn.LogicalName != r.Lookup && !strings.EqualFold(other.SchemaName, r.SchemaName) && e.cascades(other).parental() {
			return true
		}
	}
	return false
}

// cascades are the rules of a relationship as they are after what the change did so far.
func (e *edit) cascades(r *meta.Relationship) Cascades {
	if kept, ok := e.set.relationships[strings.ToLower(r.SchemaName)]; ok {
		return kept.Cascades
	}
	return cascadesOf(r)
}

// below reports whether rows of what follow those of t.
func (e *edit) below(t, what *meta.Table, seen map[*meta.Table]bool) bool {
	if t == what {
		return true
	}
	seen[t] = true
	for _, r := range t.OneToMany {
		if !seen[r.Referencing] && e.cascades(r).parental() && e.below(r.Referencing, what, seen) {
			return true
		}
	}
	return false
}
