package edm

import "github.com/stead-s2s/stead/environment/internal/meta"

// advertised reports custom APIs that stand in $metadata: private ones do not, nor do
// functions that answer nothing (Microsoft Learn, "CustomAPI tables").
func advertised(a *meta.API) bool { return !a.Private && a.Callable() }

// api writes a custom API, with the complex type of its answer where it has one.
func (x *xmlWriter) api(a *meta.API) {
	_, sole := a.Sole()
	returned := "mscrm." + a.Name + "Response"
	if sole {
		returned = memberType(a.Properties[0], openType)
	} else if len(a.Properties) > 0 {
		x.open("ComplexType", "Name", a.Name+"Response")
		for _, p := range a.Properties {
			x.empty("Property", memberAttributes(p, openType, true)...)
		}
		x.close("ComplexType")
	}
	element := operationElement(a.Function)
	attributes := []string{"Name", a.Name}
	if a.Binding != meta.Global {
		attributes = append(attributes, "IsBound", "true")
	}
	x.open(element, attributes...)
	switch a.Binding {
	case meta.OneRow:
		x.empty("Parameter", "Name", "entity", "Type", "mscrm."+a.Bound.LogicalName, "Nullable", "false")
	case meta.AllRows:
		x.empty("Parameter", "Name", "entityset", "Type", "Collection(mscrm."+a.Bound.LogicalName+")", "Nullable", "false")
	}
	for _, p := range a.Parameters {
		x.empty("Parameter", memberAttributes(p, rowType, p.Optional)...)
	}
	if len(a.Properties) > 0 {
		x.empty("ReturnType", "Type", returned, "Nullable", "false")
	}
	x.close(element)
}

// memberAttributes are those of a parameter or property; open is the type of values whose
// members nobody declared.
func memberAttributes(m meta.APIMember, open string, nullable bool) []string {
	list := []string{"Name", m.Name, "Type", memberType(m, open)}
	if !nullable {
		list = append(list, "Nullable", "false")
	}
	switch m.Type {
	case meta.APIDecimal, meta.APIMoney:
		list = append(list, "Scale", "Variable")
	case meta.APIString, meta.APIStringArray:
		list = append(list, "Unicode", "false")
	}
	return list
}

func memberType(m meta.APIMember, open string) string {
	if edm := m.Type.Edm(); edm != "" {
		return edm
	}
	name := rowType
	switch {
	case m.Table != nil:
		name = m.Table.LogicalName
	case m.Open():
		name = open
	}
	if m.Type == meta.APIEntityCollection {
		return "Collection(mscrm." + name + ")"
	}
	return "mscrm." + name
}

func operationElement(function bool) string {
	if function {
		return "Function"
	}
	return "Action"
}
