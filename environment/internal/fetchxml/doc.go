// Package fetchxml reads FetchXML, the second query language of the Web API, into
// the one query tree (Dataverse facts 5.13, A.4).
//
// It owns the language: elements, attributes, aggregates, paging and its cookies. What
// an operator means is predicate's business. It knows no SQL and no caller's rights;
// who "the current user" is comes with the Request. webapi calls it.
package fetchxml
