// Package evaluate says what token an application would get for a resource, and if it
// would get none, which link of the chain is broken and how to mend it.
//
// It owns the chain as operators see it: tenant, registration, presence, credentials,
// resource, consent, assignment. It issues nothing, and refuses to know requests: it looks
// at one snapshot of the directory. A test holds it against the token endpoint, so that
// the two never disagree. The face calls it.
package evaluate
