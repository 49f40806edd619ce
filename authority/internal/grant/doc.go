// Package grant answers the token endpoints: v2.0, v1.0, device codes, the managed
// identities of App Service, and that of AD FS.
//
// It owns the phases of a token request, on one screen in [Handler.issue], and their
// order, so that the same mistake gets the same refusal (Entra facts 7.2): parse →
// tenant → grant type → what the client holds → client id → application → credential →
// person → resource → consent or assignment → redeem → sign → write. A grant type is one
// entry of a closed list; it supplies what is its own and cannot forget a shared phase.
// What a client holds is looked up early, because it may name the tenant, refused only
// after the client has proved itself, and used up last, so that no refusal costs anybody
// their sign-in. The form is read once into a typed request.
//
// It refuses to know pages and passwords: login calls [Handler.FrontChannel] for what an
// authorize endpoint gives out, and lends the check of a password. The face calls it; it
// calls tenancy, clientauth, ticket, claims, keys, directory and journal. Refusals are
// written by the face, but for the two interfaces that have a form of their own.
package grant
