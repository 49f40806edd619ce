// Package grant answers the token endpoint, v2.0 and v1.0.
//
// It owns the phases of a token request, on one screen in [Handler.issue], and their
// order, so that the same mistake gets the same refusal (Entra facts 7.2): parse →
// tenant → grant type → client id → application → credential → resource → assignment →
// issue → write. A grant type is one entry of a closed list; it supplies what is its
// own and cannot forget a shared phase. The form is read once into a typed request.
//
// The face calls it; it calls tenancy, clientauth, claims, keys and directory, and writes
// no refusal itself.
package grant
