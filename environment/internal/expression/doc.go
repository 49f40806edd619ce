// Package expression reads the QueryExpressions of messages and spells them as FetchXML.
//
// It owns which names the parts of a QueryExpression have on the wire (Microsoft Learn,
// QueryExpression complex type), and which operators of conditions are which. It refuses
// to know tables, rows and callers: what a QueryExpression can say FetchXML can say too, so
// fetchxml binds what is spelled here, with its limits and its refusals. Columns, orders
// and pages are passed over: those who ask want to know which rows, not how they look.
//
// webapi calls Spell.
package expression
