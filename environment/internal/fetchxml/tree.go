package fetchxml

// fetch is a query as it was written. What was left out is zero, but for numbers,
// where it is -1.
type fetch struct {
	at                                *element
	top, page, count, aggregateLimit  int
	cookie                            string
	distinct, aggregate, total, byRaw bool
	entity                            entity
}

// entity is the entity element, or what a link-entity has of one.
type entity struct {
	at         *element
	name       string
	all, none  bool
	attributes []attribute
	orders     []order
	filters    []filter
	links      []link
}

type attribute struct {
	at                                   *element
	name, alias, aggregate, dateGrouping string
	rowAggregate                         string
	groupBy, distinct                    bool
	inUTC                                bool // groups dates by UTC's clock, not by the user's
}

type order struct {
	at                      *element
	attribute, alias, under string // under is the entityname
	descending              bool
}

// filter's members are conditions, filters and links, in that order.
type filter struct {
	at         *element
	or, quick  bool
	conditions []test
	filters    []filter
	links      []link
}

// test is a condition element; its values are the value attribute or the value elements.
type test struct {
	at                                  *element
	attribute, operator, under, valueOf string
	values                              []string
	given                               bool // there was a value, empty perhaps
}

type link struct {
	entity
	from, to, alias, kind string
}
