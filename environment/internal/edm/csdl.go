package edm

import (
	"slices"
	"strconv"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/meta"
)

// The types that every row derives from, and the one that users and teams share
// (Dataverse facts 5.19).
const (
	rowType       = "crmbaseentity"
	principalType = "principal"
	principalSet  = "principals"
	openType      = "expando"
)

// document writes $metadata with the custom APIs that it is told. Only what a request can name stands in it: columns that
// are kept and not shown do not.
func (s *schema) document(m *meta.Model, apis []*meta.API, annotated bool) []byte {
	x := &xmlWriter{}
	x.b.WriteString(`<?xml version="1.0" encoding="utf-8"?>`)
	x.open("edmx:Edmx", "Version", "4.0", "xmlns:edmx", "http://docs.oasis-open.org/odata/ns/edmx")
	if annotated {
		x.vocabulary("Org.OData.Core.V1", "https://oasis-tcs.github.io/odata-vocabularies/vocabularies/Org.OData.Core.V1.xml")
		x.vocabulary("Org.OData.Capabilities.V1", "https://oasis-tcs.github.io/odata-vocabularies/vocabularies/Org.OData.Capabilities.V1.xml")
	}
	x.open("edmx:DataServices")
	x.open("Schema", "Namespace", strings.TrimSuffix(namespace, "."), "Alias", "mscrm", "xmlns", "http://docs.oasis-open.org/odata/ns/edm")
	x.empty("EntityType", "Name", rowType, "Abstract", "true")
	x.empty("EntityType", "Name", openType, "BaseType", "mscrm."+rowType, "OpenType", "true")
	x.principal()
	for _, t := range m.Tables {
		x.table(m, t, annotated)
	}
	for _, k := range s.kinds {
		x.kind(k)
	}
	for _, o := range s.operations {
		if o.bound == "" || m.Table(o.bound) != nil {
			x.operation(o)
		}
	}
	for _, b := range s.bulks {
		for _, t := range m.Tables {
			if b.right == "create" && t.CanCreate || b.right == "update" && t.CanUpdate {
				x.bulk(b, t)
			}
		}
	}
	for _, a := range apis {
		x.api(a)
	}
	x.container(s, m, apis, annotated)
	x.close("Schema")
	x.close("edmx:DataServices")
	x.close("edmx:Edmx")
	return x.b.Bytes()
}

func (x *xmlWriter) vocabulary(name, address string) {
	x.open("edmx:Reference", "Uri", address)
	x.empty("edmx:Include", "Namespace", name)
	x.close("edmx:Reference")
}

// principal is what an owner may be; its key is the key of users and teams.
func (x *xmlWriter) principal() {
	x.open("EntityType", "Name", principalType, "BaseType", "mscrm."+rowType)
	x.key("ownerid")
	x.empty("Property", "Name", "ownerid", "Type", "Edm.Guid", "Nullable", "false")
	x.close("EntityType")
}

func (x *xmlWriter) key(property string) {
	x.open("Key")
	x.empty("PropertyRef", "Name", property)
	x.close("Key")
}

// isPrincipal names the tables whose rows are principals.
func isPrincipal(t *meta.Table) bool { return t.LogicalName == "systemuser" || t.LogicalName == "team" }

func (x *xmlWriter) table(m *meta.Model, t *meta.Table, annotated bool) {
	base := rowType
	if isPrincipal(t) {
		base = principalType
	}
	x.open("EntityType", "Name", t.LogicalName, "BaseType", "mscrm."+base)
	if base == rowType {
		x.key(t.PrimaryID.Property)
	}
	for _, c := range t.Columns {
		if t.Property(c.Property) == c {
			x.column(c, base == rowType && c == t.PrimaryID, annotated)
		}
	}
	for _, n := range navigations(t) {
		x.navigation(n)
	}
	x.close("EntityType")
}

// navigations gives a table's navigation properties by name.
func navigations(t *meta.Table) []meta.Navigation {
	var all []meta.Navigation
	for _, n := range t.Navigations() {
		if n.Target != nil || n.From != nil && n.From.Kind == meta.Owner {
			all = append(all, n)
		}
	}
	slices.SortFunc(all, func(a, b meta.Navigation) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// column writes a property. Strings are marked Unicode="false" by the service, whatever
// they hold.
func (x *xmlWriter) column(c *meta.Column, key, annotated bool) {
	attributes := []string{"Name", c.Property, "Type", c.EdmType()}
	switch {
	case key:
		attributes = append(attributes, "Nullable", "false")
	case c.Storage() == meta.Text:
		attributes = append(attributes, "Unicode", "false")
	case c.Kind == meta.Money || c.Kind == meta.Decimal:
		attributes = append(attributes, "Scale", "Variable")
	}
	if !annotated || c.ForUpdate {
		x.empty("Property", attributes...)
		return
	}
	term := "Org.OData.Core.V1.Computed"
	if c.ForCreate {
		term = "Org.OData.Core.V1.Immutable"
	}
	x.open("Property", attributes...)
	x.empty("Annotation", "Term", term, "Bool", "true")
	x.close("Property")
}

// navigation writes a navigation property. The service declares every single-valued one
// as never null, which clients must not believe.
func (x *xmlWriter) navigation(n meta.Navigation) {
	target, referenced := principalType, "ownerid"
	if n.Target != nil {
		target, referenced = n.Target.LogicalName, n.Target.PrimaryID.Property
	}
	if !n.Single {
		attributes := []string{"Name", n.Name, "Type", "Collection(mscrm." + target + ")"}
		x.empty("NavigationProperty", append(attributes, partner(n)...)...)
		return
	}
	attributes := []string{"Name", n.Name, "Type", "mscrm." + target, "Nullable", "false"}
	x.open("NavigationProperty", append(attributes, partner(n)...)...)
	x.empty("ReferentialConstraint", "Property", n.From.Property, "ReferencedProperty", referenced)
	x.close("NavigationProperty")
}

// partner gives the attribute that names the other end.
func partner(n meta.Navigation) []string {
	name := ""
	switch r := n.Relationship; {
	case r == nil:
	case r.ManyToMany:
		for other, back := range n.Target.Navigations() {
			if back.Relationship == r && back.Near == n.Far {
				name = other
			}
		}
	case n.Single:
		name = r.ReferencedNavigation
	default:
		name = r.ReferencingNavigation
	}
	if name == "" {
		return nil
	}
	return []string{"Partner", name}
}

// container lists the sets with the sets that their navigation leads to, and the
// operations that need no row.
func (x *xmlWriter) container(s *schema, m *meta.Model, apis []*meta.API, annotated bool) {
	x.open("EntityContainer", "Name", "System")
	tables := slices.SortedFunc(slices.Values(m.Tables), func(a, b *meta.Table) int { return strings.Compare(a.SetName, b.SetName) })
	for _, t := range tables {
		x.open("EntitySet", "Name", t.SetName, "EntityType", "mscrm."+t.LogicalName)
		for _, n := range navigations(t) {
			set := principalSet
			if n.Target != nil {
				set = n.Target.SetName
			}
			x.empty("NavigationPropertyBinding", "Path", n.Name, "Target", set)
		}
		if annotated && t.ChangeTracking {
			x.changeTracking()
		}
		x.close("EntitySet")
	}
	x.empty("EntitySet", "Name", principalSet, "EntityType", "mscrm."+principalType)
	for _, set := range s.sets {
		x.empty("EntitySet", "Name", set.name, "EntityType", "mscrm."+set.of.name)
	}
	for _, o := range s.operations {
		if o.bound != "" {
			continue
		}
		x.imported(operationElement(o.function), o.name)
	}
	for _, a := range apis {
		if a.Binding == meta.Global {
			x.imported(operationElement(a.Function), a.Name)
		}
	}
	x.close("EntityContainer")
}

func (x *xmlWriter) imported(element, name string) {
	x.empty(element+"Import", "Name", name, element, "mscrm."+name)
}

// changeTracking says that what becomes of the set's rows can be followed (Dataverse facts 5.14).
func (x *xmlWriter) changeTracking() {
	x.open("Annotation", "Term", "Org.OData.Capabilities.V1.ChangeTracking")
	x.open("Record")
	x.empty("PropertyValue", "Property", "Supported", "Bool", "true")
	x.close("Record")
	x.close("Annotation")
}

// kind writes a declared type.
func (x *xmlWriter) kind(k *kind) {
	if k.form == enumForm {
		x.open("EnumType", "Name", k.name)
		for _, m := range k.members {
			x.empty("Member", "Name", m.name, "Value", strconv.Itoa(m.value))
		}
		x.close("EnumType")
		return
	}
	element := "ComplexType"
	attributes := []string{"Name", k.name}
	if k.form == entityForm {
		element = "EntityType"
	}
	switch {
	case k.base != nil:
		attributes = append(attributes, "BaseType", "mscrm."+k.base.name)
	case k.form == entityForm:
		attributes = append(attributes, "BaseType", "mscrm."+rowType)
	}
	if k.abstract {
		attributes = append(attributes, "Abstract", "true")
	}
	x.open(element, attributes...)
	if k.key != "" {
		x.key(k.key)
	}
	for _, p := range k.own {
		x.property(p)
	}
	for _, n := range k.navs {
		attributes := []string{"Name", n.name, "Type", n.of.edm("mscrm.")}
		if k.form == entityForm {
			attributes = append(attributes, "ContainsTarget", "true")
		}
		x.empty("NavigationProperty", attributes...)
	}
	x.close(element)
}

func (x *xmlWriter) property(p *property) {
	x.empty("Property", p.attributes()...)
}

// attributes of a property or a parameter.
func (p *property) attributes() []string {
	list := []string{"Name", p.name, "Type", p.of.edm("mscrm.")}
	if p.required {
		list = append(list, "Nullable", "false")
	}
	switch {
	case p.of.kind.name == "Decimal":
		list = append(list, "Scale", "Variable")
	case p.of.kind.name == "String":
		list = append(list, "Unicode", "false")
	}
	return list
}

// edm spells a type; declared ones follow space.
func (t typeRef) edm(space string) string {
	name := space + t.kind.name
	if t.kind.form == primitiveForm {
		name = "Edm." + t.kind.name
	}
	if t.collection {
		return "Collection(" + name + ")"
	}
	return name
}

func (x *xmlWriter) operation(o operation) {
	element := operationElement(o.function)
	attributes := []string{"Name", o.name}
	if o.bound != "" {
		attributes = append(attributes, "IsBound", "true")
	}
	x.open(element, attributes...)
	switch {
	case o.all:
		x.empty("Parameter", "Name", "entityset", "Type", "Collection(mscrm."+o.bound+")", "Nullable", "false")
	case o.bound != "":
		x.empty("Parameter", "Name", "entity", "Type", "mscrm."+o.bound, "Nullable", "false")
	}
	for _, p := range o.parameters {
		x.empty("Parameter", p.attributes()...)
	}
	x.returns(o.returns)
	x.close(element)
}

// bulk writes the overload of an action that a table's set has.
func (x *xmlWriter) bulk(b bulk, t *meta.Table) {
	rows := "Collection(mscrm." + t.LogicalName + ")"
	x.open("Action", "Name", b.name, "IsBound", "true")
	x.empty("Parameter", "Name", "entityset", "Type", rows, "Nullable", "false")
	x.empty("Parameter", "Name", "Targets", "Type", rows, "Nullable", "false")
	x.returns(b.returns)
	x.close("Action")
}

func (x *xmlWriter) returns(r typeRef) {
	if r.kind != nil {
		x.empty("ReturnType", "Type", r.edm("mscrm."), "Nullable", "false")
	}
}
