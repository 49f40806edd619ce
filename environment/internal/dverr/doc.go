// Package dverr is the catalogue of Dataverse errors: hexadecimal code, symbolic
// name, HTTP status and message template, each used by name.
//
// It owns the words of every refusal an environment can utter. It knows no table,
// no request and no rule: rooms that refuse choose an entry and fill its template;
// webapi alone renders the result. An error that is not in the catalogue becomes a
// bland 500 with the request id, its cause going to the log only.
package dverr
