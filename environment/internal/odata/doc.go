// Package odata is the wire language of the Web API: it reads URLs, query options,
// preferences and JSON bodies into the query tree and assignments, and writes rows
// as OData JSON.
//
// It owns syntax: lexer, parser, the binding of names to columns, typing of
// literals, member order, annotations, formatted values, contexts, next links and
// their seal, and OData's words for every mistake in them. Syntax trees are private
// and die at binding. It refuses to know callers, privileges, SQL and HTTP: webapi
// hands it strings and bytes, takes typed values, and gives it the shape and rows
// that engine answered with.
package odata
