package edm

// twins makes a complex type of every entity type declared so far: its properties, and
// behind them what its navigation properties lead to.
func (s *schema) twins(prefix string) error {
	originals := s.kinds
	for _, k := range originals {
		if k.form != entityForm {
			continue
		}
		twin := &kind{name: prefix + k.name, form: complexForm, abstract: k.abstract, inherited: k.inherited}
		twin.own = append(twin.own, k.own...)
		if k.base != nil {
			twin.base = s.byName[prefix+k.base.name] // bases are declared before
		}
		if err := s.add(twin); err != nil {
			return err
		}
	}
	for _, k := range originals {
		if k.form != entityForm {
			continue
		}
		twin := s.byName[prefix+k.name]
		for _, n := range k.navs {
			of := typeRef{s.byName[prefix+n.of.kind.name], n.of.collection}
			twin.own = append(twin.own, &property{name: n.name, of: of})
		}
	}
	return nil
}
