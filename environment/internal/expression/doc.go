// Package expression reads the QueryExpressions of messages and spells them as FetchXML, and
// FetchXML as QueryExpressions.
//
// It owns which names the parts of a QueryExpression have on the wire (Microsoft Learn,
// QueryExpression complex type), and which operators of conditions are which. It refuses
// to know tables, rows and callers: what a QueryExpression can say FetchXML can say too, so
// fetchxml binds what is spelled here, with its limits and its refusals, and judges what is
// read. Spell passes over columns, orders and pages: who asks wants to know which rows, not
// how they look. Fetch spells all of it, and Read is its other way.
//
// webapi calls them.
package expression
