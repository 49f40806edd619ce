// Package predicate is the conditions of Dataverse's query languages: what
// "last-x-days", "eq-userteams" or "eq-or-under" mean for a column, as expressions of
// the query tree (Dataverse facts 5.12, 5.13).
//
// It owns operators, the typing of their values, the calendar behind relative dates
// (the user's days, the organization's fiscal years) and the correspondence between
// FetchXML's operators and the query functions of $filter. It knows no syntax: fetchxml
// and odata read names and values and meet here. Who "the current user" is comes with
// the Reader.
package predicate
