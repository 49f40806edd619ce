package edm

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/stead-s2s/stead/environment/internal/custom"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
)

// Order is a request that changes definitions: a POST, PUT or DELETE of them, or an
// action. Root, Path and Query are those of a Question; Merge is whether texts in
// languages that are not given stay (header MSCRM.MergeLabels).
type Order struct {
	Method            string
	Model             *meta.Model
	Root, Path, Query string
	Body              []byte
	Merge             bool
	Now               time.Time
}

// Definition is an Order, read. Entity is the address of what it makes, below the service
// root; Type and ID name that as solutions do. Solution is the unique name of the
// solution that an action names. Needs are privileges beside those of the change. Gone are
// the components that leave: every solution, or without a Change the one named. Answer is
// the text of the answer of an action; nil for none.
type Definition struct {
	Change   custom.Change // nil: nothing changes
	Entity   string
	Type     int64
	ID       meta.ID
	Solution string
	Needs    []string
	Gone     []meta.ID
	Answer   func(custom.Made) []byte
}

// The types of components as solutions number them.
const (
	entityComponent       = 1
	attributeComponent    = 2
	optionSetComponent    = 9
	relationshipComponent = 10
	keyComponent          = 14
)

// The methods of orders; the room imports nothing that speaks HTTP.
const (
	get    = "GET"
	post   = "POST"
	put    = "PUT"
	remove = "DELETE"
)

// definer reads orders against a model.
type definer struct {
	describer
	Order
	book *Book
}

// Define reads an order. Errors are of the catalogue.
func (b *Book) Define(o Order) (Definition, error) {
	d := definer{describer{b.schema, o.Model}, o, b}
	path, err := url.PathUnescape(strings.TrimSuffix(o.Path, "/"))
	if err != nil {
		return Definition{}, dverr.BadKeySyntax.With()
	}
	segments := split(path, '/')
	if op := b.schema.operationNamed(segments[0]); op != nil {
		return d.call(op, segments)
	}
	switch o.Method {
	case post:
		return d.create(segments)
	case put, remove:
		return d.alter(segments)
	}
	return Definition{}, dverr.MethodNotAllowed.With(o.Method)
}

// OwnsMessage reports whether a resource is a message about definitions, and whether it
// is a function.
func (b *Book) OwnsMessage(path string) (function, owns bool) {
	name, _, _ := strings.Cut(path, "(")
	o := b.schema.operationNamed(name)
	return o != nil && o.function, o != nil
}

// operationNamed finds one of the messages that schema.txt declares.
func (s *schema) operationNamed(segment string) *operation {
	name, _, _ := strings.Cut(strings.TrimPrefix(segment, namespace), "(")
	if answers[name] == nil {
		return nil
	}
	at := slices.IndexFunc(s.operations, func(o operation) bool { return o.name == name })
	if at < 0 {
		return nil
	}
	return &s.operations[at]
}

// readBody reads the body of a request for something of a type.
func (d definer) readBody(of *kind) (*body, error) {
	return bodyReader{d.schema, of.name}.read(d.Body, of)
}

// create goes by the collection that is added to.
func (d definer) create(segments []string) (Definition, error) {
	at, err := d.follow(segments)
	if err != nil {
		return Definition{}, err
	}
	if at.single || at.property != nil || at.cast != "" {
		return Definition{}, dverr.MethodNotAllowed.With(d.Method)
	}
	b, err := d.readBody(at.kind)
	if err != nil {
		return Definition{}, err
	}
	switch {
	case len(segments) == 2:
		return d.createIn(segments, b)
	case at.collection == "EntityDefinitions":
		c, err := d.asTable(b)
		return made("EntityDefinitions", entityComponent, metadataID(strings.ToLower(c.SchemaName)), c), err
	case at.collection == "RelationshipDefinitions":
		if b.kind.name == "RelationshipMetadataBase" {
			return Definition{}, dverr.InvalidRelationshipType.With()
		}
		c, err := d.asRelationship(b)
		return made("RelationshipDefinitions", relationshipComponent, metadataID("relationship", b.text("SchemaName")), c), err
	case at.collection == "GlobalOptionSetDefinitions":
		c := custom.CreateOptionSet{Name: b.text("Name"), Labels: b.labels(), Options: optionList(b.list("Options"))}
		return made("GlobalOptionSetDefinitions", optionSetComponent, sharedID(c.Name), c), nil
	}
	return Definition{}, dverr.MethodNotAllowed.With(d.Method)
}

func made(set string, kind int64, id meta.ID, c custom.Change) Definition {
	return Definition{Change: c, Entity: set + "(" + id.String() + ")", Type: kind, ID: id}
}

// sharedID is the metadata id of a shared choice.
func sharedID(name string) meta.ID { return metadataID("optionset", strings.ToLower(name)) }

// createIn adds a column or a key to a table.
func (d definer) createIn(segments []string, b *body) (Definition, error) {
	owner, err := d.follow(segments[:1])
	if err != nil {
		return Definition{}, err
	}
	table := owner.named()
	address := "EntityDefinitions" + keyOf(owner.rows[0]) + "/" + segments[1]
	name := strings.ToLower(b.text("SchemaName"))
	switch segments[1] {
	case "Attributes":
		x, err := d.asColumn(b, table)
		x.Primary = b.flag("IsPrimaryName")
		return made(address, attributeComponent, metadataID(table, name), custom.CreateColumn{NewColumn: x}), err
	case "Keys":
		c := custom.CreateKey{Table: table, SchemaName: b.text("SchemaName"), Columns: b.texts("KeyAttributes"), Labels: b.labels()}
		return made(address, keyComponent, metadataID("key", table, name), c), nil
	}
	return Definition{}, dverr.MethodNotAllowed.With(d.Method)
}

// named gives the logical name of the row that a path led to.
func (at place) named() string {
	name, _ := at.rows[0].get("LogicalName").(string)
	return name
}

// alter goes by the row that is replaced or removed; a cast at the end of the path says
// nothing new.
func (d definer) alter(segments []string) (Definition, error) {
	if last := segments[len(segments)-1]; strings.HasPrefix(last, namespace) {
		segments = segments[:len(segments)-1]
	}
	at, err := d.follow(segments)
	if err != nil {
		return Definition{}, err
	}
	if !at.single || at.property != nil {
		return Definition{}, dverr.MethodNotAllowed.With(d.Method)
	}
	if d.Method == remove {
		return d.remove(at)
	}
	b, err := d.readBody(at.rows[0].kind)
	if err != nil {
		return Definition{}, err
	}
	return d.replace(at, b)
}

func (d definer) remove(at place) (Definition, error) {
	r := at.rows[0]
	text := func(name string) string { v, _ := r.get(name).(string); return v }
	var c custom.Change
	switch k := r.kind; {
	case k.name == "EntityMetadata":
		c = custom.DeleteTable{Name: at.named()}
	case k.name == "EntityKeyMetadata":
		c = custom.DeleteKey{Table: text("EntityLogicalName"), Name: at.named()}
	case k.is(d.byName["AttributeMetadata"]):
		c = custom.DeleteColumn{Table: text("EntityLogicalName"), Name: at.named()}
	case k.is(d.byName["RelationshipMetadataBase"]):
		c = custom.DeleteRelationship{Name: text("SchemaName")}
	case k.is(d.byName["OptionSetMetadataBase"]) && strings.HasPrefix(at.collection, "GlobalOptionSetDefinitions"):
		c = custom.DeleteOptionSet{Name: text("Name")}
	default:
		return Definition{}, dverr.MethodNotAllowed.With(d.Method)
	}
	return Definition{Change: c, Gone: components(r)}, nil
}

// components gives the metadata ids of a row and of what belongs to it alone.
func components(r *record) []meta.ID {
	var ids []meta.ID
	if id, ok := r.get("MetadataId").(meta.ID); ok {
		ids = append(ids, id)
	}
	for _, name := range []string{"Attributes", "Keys", "ManyToOneRelationships", "ManyToManyRelationships"} {
		for _, part := range r.follow(name) {
			if id, ok := part.get("MetadataId").(meta.ID); ok {
				ids = append(ids, id)
			}
		}
	}
	return ids
}

func (d definer) replace(at place, b *body) (Definition, error) {
	r := at.rows[0]
	text := func(name string) string { v, _ := r.get(name).(string); return v }
	switch k := r.kind; {
	case k.name == "EntityMetadata":
		return Definition{Change: custom.UpdateTable{
			Name: at.named(), Labels: b.labels(), Notes: b.flag("HasNotes"), Activities: b.flag("HasActivities"),
			Tracked: b.flag("ChangeTrackingEnabled"), AccessTeams: b.flag("AutoCreateAccessTeams"), Audit: audit(b), Merge: d.Merge,
		}}, nil
	case k.is(d.byName["AttributeMetadata"]):
		x, err := d.asColumn(b, text("EntityLogicalName"))
		x.Column.SchemaName = text("SchemaName")
		return Definition{Change: custom.UpdateColumn{NewColumn: x, Merge: d.Merge}}, err
	case k.is(d.byName["RelationshipMetadataBase"]):
		return Definition{Change: custom.UpdateRelationship{Name: text("SchemaName"), Given: rules(b)}}, nil
	case k.is(d.byName["OptionSetMetadataBase"]) && strings.HasPrefix(at.collection, "GlobalOptionSetDefinitions"):
		return Definition{Change: custom.UpdateOptionSet{Name: text("Name"), Labels: b.labels(), Merge: d.Merge}}, nil
	}
	return Definition{}, dverr.MethodNotAllowed.With(d.Method)
}
