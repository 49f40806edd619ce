// Package environment is one Dataverse environment: rows, their model, who may do
// what with them, and the Web API in front, behind one http.Handler.
//
// It owns composition: the model an environment is born with, the database with its
// first rows, the issuers it trusts, and which of its rooms is handed to which. It
// refuses to know any other house: tokens are verified from what their issuer
// publishes over HTTPS, as any resource server does, and an issuer that is not up
// yet delays the first request, not the start.
//
// Whoever embeds an environment calls New and serves the Server it gives.
package environment
