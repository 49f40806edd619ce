package edm

import (
	"strconv"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/custom"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
)

// flags reads members of an enumeration by name or number, separated by commas; none for "".
func (s *schema) flags(enum, text string) (mask int, err error) {
	for word := range strings.SplitSeq(text, ",") {
		if word = strings.TrimSpace(word); word == "" {
			continue
		}
		n, failed := strconv.Atoi(word)
		for _, m := range s.byName[enum].members {
			if m.name == word {
				n, failed = m.value, nil
			}
		}
		if failed != nil {
			return 0, dverr.InvalidArgument.Text("'%s' is no value of %s.", word, enum)
		}
		mask |= n
	}
	return mask, nil
}

// parts are what EntityFilters asks for beside a table's own properties: each flag with the
// properties that are null without it. Keys come with the table.
func parts() map[int][]string {
	return map[int][]string{
		2: {"Attributes"}, 4: {"Privileges"}, 8: {"OneToManyRelationships", "ManyToOneRelationships", "ManyToManyRelationships"},
	}
}

// filtered is everything of a table but what EntityFilters leaves out.
func (d definer) filtered(text string) (propertyQuery, error) {
	mask, err := d.schema.flags("EntityFilters", text)
	q := propertyQuery{AllProperties: true}
	for flag, names := range parts() {
		if mask&flag == 0 {
			q.without = append(q.without, names...)
		}
	}
	return q, err
}

// told answers with definitions: the members that write adds to the response.
func (d definer) told(o *operation, write func(changes, *writer)) Definition {
	everything, _ := readEntityQuery("") // nothing cannot be misread
	c := changes{definer: d, query: everything}
	return Definition{Needs: []string{"prvReadEntity"}, Answer: func(custom.Made) []byte {
		w := &writer{root: d.Root, b: []byte{'{'}}
		w.context("", namespace+o.returns.kind.name)
		write(c, w)
		return append(w.b, '}')
	}}
}

// one answers with one definition, as the type that the response declares for it.
func (d definer) one(o *operation, r *record, asked propertyQuery) Definition {
	p := o.returns.kind.properties[0]
	return d.told(o, func(c changes, w *writer) {
		w.name(p.name)
		c.record(w, r, d.byName[strings.TrimPrefix(p.of.kind.name, complexPrefix)], asked)
	})
}

// among finds the definition with a name or, without one, with a metadata id.
func among(rows []*record, property string, b *body, name string) *record {
	for _, r := range rows {
		if text, _ := r.get(property).(string); name != "" && strings.EqualFold(text, name) || name == "" && r.get("MetadataId") == b.metadataID() {
			return r
		}
	}
	return nil
}

// metadataID is the parameter of that name, zero when it says nothing; no definition has
// that id.
func (b *body) metadataID() meta.ID {
	id, _ := meta.ParseID(b.text("MetadataId"))
	return id
}

// noDefinition words the search for what is not there.
func noDefinition(what, name string, b *body) error {
	return dverr.ObjectDoesNotExist.Text("Could not find %s with name %s and id %s.", what, name, b.metadataID())
}

func (d definer) retrieveEntity(o *operation, b *body) (Definition, error) {
	q, err := d.filtered(b.text("EntityFilters"))
	if err != nil {
		return Definition{}, err
	}
	r := among(d.all("EntityDefinitions"), "LogicalName", b, b.text("LogicalName"))
	if r == nil {
		return Definition{}, noDefinition("an entity", b.text("LogicalName"), b)
	}
	return d.one(o, r, q), nil
}

func (d definer) retrieveAllEntities(o *operation, b *body) (Definition, error) {
	q, err := d.filtered(b.text("EntityFilters"))
	if err != nil {
		return Definition{}, err
	}
	return d.told(o, func(c changes, w *writer) {
		w.name("EntityMetadata")
		w.b = append(w.b, '[')
		for i, r := range d.all("EntityDefinitions") {
			if i > 0 {
				w.b = append(w.b, ',')
			}
			c.record(w, r, r.kind, q)
		}
		w.b = append(w.b, ']')
		w.name("Timestamp")
		w.text(strconv.FormatInt(d.describer.model.Version, 10))
	}), nil
}

// retrieveAttribute finds a column by its table and name, or by its id among all.
func (d definer) retrieveAttribute(o *operation, b *body) (Definition, error) {
	table, name := b.text("EntityLogicalName"), b.text("LogicalName")
	tables := d.all("EntityDefinitions")
	if table != "" || name != "" {
		t := among(tables, "LogicalName", b, table)
		if t == nil {
			return Definition{}, noDefinition("an entity", table, b)
		}
		tables = []*record{t}
	}
	for _, t := range tables {
		if r := among(t.follow("Attributes"), "LogicalName", b, name); r != nil {
			return d.one(o, r, propertyQuery{AllProperties: true}), nil
		}
	}
	return Definition{}, noDefinition("an attribute", name, b)
}

// byName makes the answer of a message that finds a definition of a set by Name or MetadataId.
func byName(set, property, what string) func(definer, *operation, *body) (Definition, error) {
	return func(d definer, o *operation, b *body) (Definition, error) {
		r := among(d.all(set), property, b, b.text("Name"))
		if r == nil {
			return Definition{}, noDefinition(what, b.text("Name"), b)
		}
		return d.one(o, r, propertyQuery{AllProperties: true}), nil
	}
}

// customizable answers whether a definition may be changed. Components that are rows have no
// managed properties here.
func (d definer) customizable(o *operation, b *body) (Definition, error) {
	kind, err := strconv.Atoi(b.text("ComponentType")) // what stands in an address stays text
	id, err2 := meta.ParseID(b.text("ComponentId"))
	if err != nil || err2 != nil {
		return Definition{}, dverr.BadKeySyntax.With()
	}
	var found []*record
	switch kind {
	case entityComponent:
		found = d.all("EntityDefinitions")
	case attributeComponent:
		for _, t := range d.all("EntityDefinitions") {
			found = append(found, t.follow("Attributes")...)
		}
	case optionSetComponent:
		found = d.all("GlobalOptionSetDefinitions")
	case relationshipComponent:
		found = d.all("RelationshipDefinitions")
	default:
		return Definition{}, dverr.NotImplemented.Text("Whether components of the type %d are customizable is not yet implemented.", kind)
	}
	for _, r := range found {
		if r.get("MetadataId") == id {
			may, _ := r.get("IsCustomizable").(*record)
			return d.told(o, func(_ changes, w *writer) {
				w.name("IsComponentCustomizable")
				w.value(may.get("Value"))
			}), nil
		}
	}
	return Definition{}, dverr.ObjectDoesNotExist.Text("Could not find a component of type %d with id %s.", kind, id)
}

// AttributeID is the MetadataId of a column's definition.
func AttributeID(c *meta.Column) meta.ID { return metadataID(c.Table.LogicalName, c.LogicalName) }
