// Package directory is what the authority knows: tenants, applications, their
// credentials, service principals, people, and who may be what.
//
// It owns these records and their rules: how names are compared, what must be unique,
// what a first-party application looks like. Requests read one immutable [Snapshot],
// so that a token costs no query; a [Change] is checked, kept by the [Store], and
// published as the next snapshot. It refuses to know how records are kept, what a
// request looks like and what a refusal is called: look-ups say only whether there is
// such a record.
//
// Every room of the authority may call it; it calls none of them.
package directory
