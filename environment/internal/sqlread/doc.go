// Package sqlread reads the SQL of the query option sql, a part of SELECT, and spells it
// as FetchXML.
//
// It owns the grammar: which words there are, which the service refuses, and where in the
// text something is wrong. It refuses to know rows, callers and how conditions are
// judged: the service's SQL can say nothing that FetchXML cannot, so fetchxml binds what
// is spelled here, with its limits, its paging and its refusals, and security stands
// behind both at the same place. Of the model it asks two questions (Schema).
//
// webapi calls Read.
package sqlread
