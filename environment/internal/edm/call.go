package edm

import (
	"encoding/xml"
	"errors"
	"io"
	"net/url"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/custom"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
)

// answers are the messages about definitions (Dataverse facts 5.20), by name.
var answers = map[string]func(definer, *operation, *body) (Definition, error){
	"AddSolutionComponent":        definer.addComponent,
	"RemoveSolutionComponent":     definer.removeComponent,
	"InsertOptionValue":           definer.insertOption,
	"InsertStatusValue":           definer.insertStatus,
	"UpdateOptionValue":           definer.updateOption,
	"UpdateStateValue":            definer.updateOption,
	"DeleteOptionValue":           definer.deleteOption,
	"OrderOption":                 definer.orderOption,
	"CreateCustomerRelationships": definer.customerRelationships,
	"ReactivateEntityKey":         definer.reactivate,
	"RetrieveMetadataChanges":     definer.retrieveChanges,
	"IsComponentCustomizable":     definer.customizable,
	"RetrieveEntity":              definer.retrieveEntity,
	"RetrieveAllEntities":         definer.retrieveAllEntities,
	"RetrieveAttribute":           definer.retrieveAttribute,
	"RetrieveOptionSet":           byName("GlobalOptionSetDefinitions", "Name", "an option set"),
	"RetrieveRelationship":        byName("RelationshipDefinitions", "SchemaName", "a relationship"),
	"PublishXml":                  definer.publish,
	"PublishAllXml":               definer.publish,
	"CanBeReferenced":             eligible(custom.CanBeReferenced),
	"CanBeReferencing":            eligible(custom.CanBeReferencing),
	"CanManyToMany":               eligible(custom.CanManyToMany),
	"GetValidReferencedEntities":  valid(custom.CanBeReferenced, "ReferencingEntityName"),
	"GetValidReferencingEntities": valid(custom.CanBeReferencing, "ReferencedEntityName"),
	"GetValidManyToMany":          valid(custom.CanManyToMany, ""),
}

// call reads a call of a message by its declaration.
func (d definer) call(o *operation, segments []string) (Definition, error) {
	if len(segments) > 1 {
		return Definition{}, dverr.SegmentNotFound.With(segments[1])
	}
	if o.function != (d.Method == get) {
		return Definition{}, dverr.MethodNotAllowed.With(d.Method)
	}
	b, err := d.arguments(o, segments[0])
	if err != nil {
		return Definition{}, err
	}
	for _, p := range o.parameters {
		if p.required && b.values[p.name] == nil {
			return Definition{}, dverr.InvalidArgument.Text("Required field '%s' is missing for unbound operation: '%s'.", p.name, o.name)
		}
	}
	return answers[o.name](d, o, b)
}

// arguments reads the parameters of an action from the body, those of a function from
// the path and its aliases in the query.
func (d definer) arguments(o *operation, segment string) (*body, error) {
	r := bodyReader{d.schema, o.name}
	k := &kind{name: o.name, form: complexForm, own: o.parameters}
	if !o.function {
		if len(d.Body) == 0 {
			return &body{kind: k, values: map[string]any{}}, nil
		}
		object, err := r.object(d.Body)
		if err != nil {
			return nil, err
		}
		delete(object, "@odata.type")
		return r.body(object, k, 0)
	}
	b := &body{kind: k, values: map[string]any{}}
	_, list, _ := strings.Cut(segment, "(")
	query, err := url.ParseQuery(d.Query)
	if err != nil {
		return nil, dverr.BadKeySyntax.With()
	}
	for _, item := range split(strings.TrimSuffix(list, ")"), ',') {
		name, text, given := strings.Cut(strings.TrimSpace(item), "=")
		if !given {
			continue
		}
		if strings.HasPrefix(text, "@") {
			text = query.Get(text)
		}
		p := k.property(name)
		if p == nil {
			return nil, dverr.SegmentNotFound.With(o.name)
		}
		value, ok := inline(p, text)
		if !ok {
			return nil, dverr.BadKeySyntax.With()
		}
		b.values[name] = value
	}
	return b, nil
}

// inline reads a parameter of a function: texts stand in quotes, as do members of
// enumerations behind their type; of complex values, JSON, and of what else there is the
// text is given.
func inline(p *property, text string) (any, bool) {
	if text == "null" {
		return nil, true
	}
	switch {
	case p.of.kind.form == enumForm:
		text = strings.TrimPrefix(text, namespace+p.of.kind.name)
	case p.of.kind.name != "String":
		return text, text != ""
	}
	value, end, ok := unquote(text, 0)
	return value, strings.HasPrefix(text, "'") && ok && end == len(text)
}

// answering makes the answer of a message from its members.
func (d definer) answering(o *operation, members func(custom.Made) map[string]any) func(custom.Made) []byte {
	return func(m custom.Made) []byte {
		w := writer{root: d.Root, b: []byte{'{'}}
		w.context("", namespace+o.returns.kind.name)
		w.members(d.make(o.returns.kind.name, members(m)))
		return append(w.b, '}')
	}
}

// optionsOf reads which options an action is about.
func optionsOf(b *body) custom.Options {
	return custom.Options{
		OptionSet: b.text("OptionSetName"), Table: strings.ToLower(b.text("EntityLogicalName")), Column: strings.ToLower(b.text("AttributeLogicalName")),
	}
}

func optionLabels(b *body) meta.Labels {
	return meta.Labels{Name: b.label("Label"), Description: b.label("Description")}
}

func (d definer) insertOption(o *operation, b *body) (Definition, error) {
	c := custom.InsertOption{Options: optionsOf(b), Value: -1, Labels: optionLabels(b), Color: b.text("Color")}
	if n, ok := b.whole("Value"); ok {
		c.Value = n
	}
	if b.has("StateCode") {
		c.Status = true
		c.State, _ = b.whole("StateCode")
	}
	return Definition{Change: c, Solution: b.text("SolutionUniqueName"), Answer: d.answering(o, func(m custom.Made) map[string]any {
		return map[string]any{"NewOptionValue": m.Option}
	})}, nil
}

func (d definer) insertStatus(o *operation, b *body) (Definition, error) {
	if b.text("AttributeLogicalName") == "" && b.text("OptionSetName") == "" {
		b.values["AttributeLogicalName"] = "statuscode"
	}
	return d.insertOption(o, b)
}

func (d definer) updateOption(_ *operation, b *body) (Definition, error) {
	value, _ := b.whole("Value")
	return Definition{Solution: b.text("SolutionUniqueName"), Change: custom.UpdateOption{
		Options: optionsOf(b), Value: value, Labels: optionLabels(b), Color: b.text("Color"), Merge: b.flag("MergeLabels"),
	}}, nil
}

func (d definer) deleteOption(_ *operation, b *body) (Definition, error) {
	value, _ := b.whole("Value")
	return Definition{Solution: b.text("SolutionUniqueName"), Change: custom.DeleteOption{Options: optionsOf(b), Value: value}}, nil
}

func (d definer) orderOption(_ *operation, b *body) (Definition, error) {
	c := custom.OrderOptions{Options: optionsOf(b)}
	values, _ := b.values["Values"].([]any)
	for _, v := range values {
		n, _ := v.(int64)
		c.Values = append(c.Values, n)
	}
	return Definition{Change: c, Solution: b.text("SolutionUniqueName")}, nil
}

// customerRelationships makes a lookup to accounts and contacts.
func (d definer) customerRelationships(o *operation, b *body) (Definition, error) {
	relations := b.list("OneToManyRelationships")
	if len(relations) == 0 {
		return Definition{}, dverr.InvalidRelationship.With()
	}
	table := strings.ToLower(relations[0].text("ReferencingEntity"))
	lookup := b.inner("Lookup")
	x, err := d.asColumn(lookup, table)
	if err != nil {
		return Definition{}, err
	}
	x.Column.Kind = custom.KindName(meta.Customer)
	c := custom.CreateOneToMany{Lookup: x}
	ids := []any{}
	for _, r := range relations {
		one := oneToMany(r)
		if one.Referenced != "account" && one.Referenced != "contact" || strings.ToLower(r.text("ReferencingEntity")) != table {
			return Definition{}, dverr.InvalidRelationship.With()
		}
		c.Relationships = append(c.Relationships, one)
		ids = append(ids, metadataID("relationship", one.SchemaName))
	}
	column := metadataID(table, x.Column.LogicalName())
	return Definition{
		Change: c, Solution: b.text("SolutionUniqueName"), Type: attributeComponent, ID: column,
		Answer: d.answering(o, func(custom.Made) map[string]any { return map[string]any{"RelationshipIds": ids, "AttributeId": column} }),
	}, nil
}

// writeSolution is what changing a solution's components needs.
const writeSolution = "prvWriteSolution"

func (d definer) addComponent(o *operation, b *body) (Definition, error) {
	kind, _ := b.whole("ComponentType")
	id, _ := b.values["ComponentId"].(meta.ID)
	return Definition{
		Type: kind, ID: id, Solution: b.text("SolutionUniqueName"), Needs: []string{writeSolution},
		Answer: d.answering(o, func(m custom.Made) map[string]any { return map[string]any{"id": m.Component} }),
	}, nil
}

// removeComponent is told the component by an object whose solutioncomponentid is the
// component's own id.
func (d definer) removeComponent(_ *operation, b *body) (Definition, error) {
	component, _ := b.values["SolutionComponent"].(map[string]any)
	text, _ := component["solutioncomponentid"].(string)
	id, err := meta.ParseID(text)
	if err != nil {
		return Definition{}, dverr.InvalidArgument.Text("The SolutionComponent needs a solutioncomponentid.")
	}
	return Definition{Gone: []meta.ID{id}, Solution: b.text("SolutionUniqueName"), Needs: []string{writeSolution}}, nil
}

func (d definer) reactivate(_ *operation, b *body) (Definition, error) {
	return Definition{Change: custom.ReactivateKey{Table: strings.ToLower(b.text("EntityLogicalName")), Name: b.text("EntityKeyLogicalName")}}, nil
}

// publish does nothing more than judge: what is changed is published at once.
func (d definer) publish(_ *operation, b *body) (Definition, error) {
	if b.has("ParameterXml") && !isXML(b.text("ParameterXml")) {
		return Definition{}, dverr.InvalidArgument.Text("The ParameterXml of PublishXml is not valid XML.")
	}
	return Definition{Needs: []string{"prvPublishCustomization"}}, nil
}

// isXML reports a well-formed document with the root importexportxml.
func isXML(text string) bool {
	d := xml.NewDecoder(strings.NewReader(text))
	root := ""
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			return root == "importexportxml"
		}
		if err != nil {
			return false
		}
		if e, ok := t.(xml.StartElement); ok && root == "" {
			root = e.Name.Local
		}
	}
}

// eligible answers whether one table may take part in a relationship.
func eligible(may func(*meta.Table) bool) func(definer, *operation, *body) (Definition, error) {
	return func(d definer, o *operation, b *body) (Definition, error) {
		t := d.describer.model.Table(b.text("EntityName"))
		if t == nil {
			return Definition{}, dverr.ObjectDoesNotExist.Text("Could not find an entity with name %s.", b.text("EntityName"))
		}
		return Definition{Needs: []string{"prvReadEntity"}, Answer: d.answering(o, func(custom.Made) map[string]any {
			return map[string]any{o.name: may(t)}
		})}, nil
	}
}

// valid answers which tables may take part in a relationship with the one named.
func valid(may func(*meta.Table) bool, with string) func(definer, *operation, *body) (Definition, error) {
	return func(d definer, o *operation, b *body) (Definition, error) {
		if name := b.text(with); with != "" && d.describer.model.Table(name) == nil {
			return Definition{}, dverr.ObjectDoesNotExist.Text("Could not find an entity with name %s.", name)
		}
		names := []any{}
		for _, t := range d.describer.model.Tables {
			if may(t) {
				names = append(names, t.LogicalName)
			}
		}
		return Definition{Needs: []string{"prvReadEntity"}, Answer: d.answering(o, func(custom.Made) map[string]any {
			return map[string]any{"EntityNames": names}
		})}, nil
	}
}
