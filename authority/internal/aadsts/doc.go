// Package aadsts is the catalogue of the authority's errors: AADSTS number, OAuth
// error word, HTTP status and message template, each used by name.
//
// It owns the words of every refusal and the JSON they travel in. It knows no
// request, tenant or rule, and imports no other room: rooms that refuse choose an
// entry and fill its template; the face alone writes the result. An error that is not
// in the catalogue becomes a bland 500 whose cause goes to the log only.
package aadsts
