package edm

// inherit gathers all properties in the order in which they are written. Bases are
// declared, and so have inherited, before what derives from them.
func (k *kind) inherit() {
	k.properties = append(k.properties, k.own[:k.inherited]...)
	if k.base != nil {
		k.properties = append(k.properties, k.base.properties...)
	}
	k.properties = append(k.properties, k.own[k.inherited:]...)
}

func (k *kind) property(name string) *property {
	for at := k; at != nil; at = at.base {
		for _, p := range at.own {
			if p.name == name {
				return p
			}
		}
	}
	return nil
}

func (k *kind) nav(name string) *nav {
	for at := k; at != nil; at = at.base {
		for _, n := range at.navs {
			if n.name == name {
				return n
			}
		}
	}
	return nil
}

// is reports whether k is other or derives from it.
func (k *kind) is(other *kind) bool {
	for at := k; at != nil; at = at.base {
		if at == other {
			return true
		}
	}
	return false
}

// keys gives the properties that find one row.
func (k *kind) keys() (id, alternate string) {
	for at := k; at != nil; at = at.base {
		if id == "" {
			id = at.key
		}
		if alternate == "" {
			alternate = at.alternate
		}
	}
	return id, alternate
}

// record is a row of metadata or a complex value in one. Values are nil, bool, int64,
// float64, string, meta.ID, *record and []any of those; enumerations are strings. A
// property that is not among them has the fallback of its declaration.
type record struct {
	kind    *kind
	values  map[string]any
	related map[string]func() []*record
}

// get gives the value of a property, nil for one that the type lacks.
func (r *record) get(name string) any {
	if p := r.kind.property(name); p != nil {
		return r.value(p)
	}
	return nil
}

func (r *record) value(p *property) any {
	if v, ok := r.values[p.name]; ok {
		return v
	}
	return p.fallback
}

// follow gives the rows behind a navigation property, none for null.
func (r *record) follow(name string) []*record {
	if f := r.related[name]; f != nil {
		return f()
	}
	return nil
}

func (s *schema) make(kind string, values map[string]any) *record {
	return &record{kind: s.byName[kind], values: values}
}

func (s *schema) managed(value bool, name string) *record {
	return s.make("BooleanManagedProperty", map[string]any{"Value": value, "ManagedPropertyLogicalName": name})
}
