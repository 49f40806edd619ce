package edm

import (
	"github.com/stead-s2s/stead/environment/internal/custom"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
)

// complexPrefix is what the complex twins of the metadata types are called by: answers of
// functions hold no entities (Microsoft Learn, RetrieveMetadataChanges function).
const complexPrefix = "Complex"

// The kinds of deleted definitions that are told, as DeletedMetadataFilters numbers them.
const (
	deletedEntity       = 1
	deletedAttribute    = 2
	deletedRelationship = 4
	deletedOptionSet    = 16
)

// retrieveChanges answers which tables are as a query says, with what it asks for; with a
// stamp of before, those that are new or changed since, and what is gone.
func (d definer) retrieveChanges(_ *operation, b *body) (Definition, error) {
	q, err := readEntityQuery(b.text("Query"))
	if err != nil {
		return Definition{}, err
	}
	if err := q.check(d.schema); err != nil {
		return Definition{}, err
	}
	c := changes{definer: d, query: q, now: d.book.prints(d.describer)}
	if stamp := b.text("ClientVersionStamp"); stamp != "" {
		if c.before = d.book.stamped(stamp); c.before == nil {
			return Definition{}, dverr.ChangesExpired.With()
		}
	}
	filters, err := d.schema.flags("DeletedMetadataFilters", b.text("DeletedMetadataFilters"))
	if err != nil {
		return Definition{}, err
	}
	return Definition{Needs: []string{"prvReadEntity"}, Answer: func(custom.Made) []byte { return c.write(filters) }}, nil
}

// changes writes one answer.
type changes struct {
	definer
	query       entityQuery
	now, before *prints // before is nil without a stamp
}

func (c changes) write(filters int) []byte {
	w := &writer{root: c.Root, b: []byte{'{'}}
	w.context("", namespace+"RetrieveMetadataChangesResponse")
	w.name("ServerVersionStamp")
	w.text(c.now.stamp(c.Now))
	w.name("DeletedMetadata")
	c.deleted(w, filters)
	w.name("EntityMetadata")
	w.b = append(w.b, '[')
	first := true
	for _, t := range c.all("EntityDefinitions") {
		if !c.query.Criteria.holds(t) || !c.concerns(t) {
			continue
		}
		if !first {
			w.b = append(w.b, ',')
		}
		first = false
		c.record(w, t, t.kind, c.query.Properties)
	}
	return append(w.b, "]}"...)
}

// deleted writes what is gone since the stamp, of the kinds that were asked for.
func (c changes) deleted(w *writer, filters int) {
	var keys, values []any
	for _, k := range []struct {
		mask int
		name string
	}{{deletedEntity, "Entity"}, {deletedAttribute, "Attribute"}, {deletedRelationship, "Relationship"}, {deletedOptionSet, "OptionSet"}} {
		if c.before == nil || filters&k.mask == 0 {
			continue
		}
		if gone := c.before.gone(c.now, k.mask); len(gone) > 0 {
			keys = append(keys, k.name)
			values = append(values, c.make("GuidCollection", map[string]any{"Items": gone}))
		}
	}
	w.value(c.make("DeletedMetadataCollection", map[string]any{
		"Count": int64(len(keys)), "IsReadOnly": false, "Keys": append([]any{}, keys...), "Values": append([]any{}, values...),
	}))
}

// concerns reports a table that is new or changed since the stamp, or has a part that is.
func (c changes) concerns(t *record) bool {
	if c.before == nil || c.changed(t) {
		return true
	}
	for _, n := range t.kind.navs {
		for _, part := range t.follow(n.name) {
			if c.changed(part) {
				return true
			}
		}
	}
	return false
}

func (c changes) changed(r *record) bool {
	id, _ := r.get("MetadataId").(meta.ID)
	return c.now.of[id] != c.before.of[id]
}

// record writes all properties of a definition: those that were not asked for are null.
// Behind them stand the definitions below it.
func (c changes) record(w *writer, r *record, of *kind, asked propertyQuery) {
	w.b = append(w.b, '{')
	if r.kind != of {
		w.name("@odata.type")
		w.text("#" + namespace + complexPrefix + r.kind.name)
	}
	for _, p := range r.kind.properties {
		w.name(p.name)
		switch {
		case p.name == "HasChanged" && c.before != nil:
			w.value(c.changed(r))
		case asked.wants(p.name):
			w.value(c.query.LabelQuery.filtered(r.value(p)))
		default:
			w.value(nil)
		}
	}
	for at := r.kind; at != nil; at = at.base {
		for _, n := range at.navs {
			w.name(n.name)
			c.below(w, r, n, asked)
		}
	}
	w.b = append(w.b, '}')
}

// below writes what a navigation property of a definition leads to. The parts of a table
// have queries of their own; with a stamp those that did not change are left out.
func (c changes) below(w *writer, r *record, n *nav, asked propertyQuery) {
	if !asked.wants(n.name) {
		w.value(nil)
		return
	}
	if !n.of.collection {
		if rows := r.follow(n.name); len(rows) > 0 {
			c.record(w, rows[0], n.of.kind, propertyQuery{AllProperties: true})
		} else {
			w.value(nil)
		}
		return
	}
	q := c.query.of(n.name)
	w.b = append(w.b, '[')
	first := true
	for _, part := range r.follow(n.name) {
		if !q.Criteria.holds(part) || c.before != nil && !c.changed(part) {
			continue
		}
		if !first {
			w.b = append(w.b, ',')
		}
		first = false
		c.record(w, part, n.of.kind, q.Properties)
	}
	w.b = append(w.b, ']')
}

// refuseProperty words a condition on what the type does not have.
func refuseProperty(k *kind, name string) error {
	return dverr.InvalidArgument.Text("The property '%s' of %s cannot be used in a MetadataConditionExpression.", name, k.name)
}

// errQuery words a query that cannot be read.
func errQuery(err error) error {
	return dverr.InvalidArgument.Text("The Query of RetrieveMetadataChanges cannot be read.").Helping("%v", err)
}
