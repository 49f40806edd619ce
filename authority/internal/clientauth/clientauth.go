package clientauth

import (
	"context"
	"time"

	"github.com/stead-s2s/stead/authority/internal/aadsts"
	"github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/authority/internal/tenancy"
)

// AssertionType is the one kind of client assertion there is (RFC 7523, 2.2).
const AssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// Presented is what a request brought to prove who the client is. Empty members were not
// there.
type Presented struct {
	Secret        Secret
	Assertion     Secret
	AssertionType string
}

// Empty reports whether nothing was presented.
func (p Presented) Empty() bool { return p.Secret == "" && p.Assertion == "" }

// method is appidacr of Entra facts 3.1.
type method string

const (
	byNothing     method = "0"
	bySecret      method = "1"
	byCertificate method = "2"
)

// Proof is the outcome of a check that was passed. Only this package makes one that says
// anything.
type Proof struct {
	method method
	kind   string       // when method does not say it
	KeyID  directory.ID // of the secret, certificate or federated credential
}

// Public is the proof of a client that can keep no secret: that it need not prove itself
// is for the caller to decide.
func Public() Proof { return Proof{method: byNothing} }

// Hosted is the proof of a managed identity: the place where it runs vouches for it.
func Hosted(principal directory.ID) Proof {
	return Proof{method: byCertificate, kind: "managed identity", KeyID: principal}
}

// Passed reports whether p comes from a check.
func (p Proof) Passed() bool { return p.method != "" }

// Class is the value of the claims appidacr and azpacr.
func (p Proof) Class() string { return string(p.method) }

// Kind names the credential for the log; empty when there was none.
func (p Proof) Kind() string {
	switch {
	case p.kind != "":
		return p.kind
	case p.method == byCertificate:
		return "certificate"
	case p.method == bySecret:
		return "secret"
	}
	return ""
}

// Checker checks credentials.
type Checker struct {
	Issuers    tenancy.Issuers // what an assertion may be meant for
	Federation Federation      // asks foreign issuers; nil: keys must be pinned
	Chains     *Chains         // nil: certificates must be registered
}

// Call is one check: who is to be proved, where, when.
type Call struct {
	Directory *directory.Snapshot
	Tenant    *directory.Tenant
	Client    *directory.Principal
	Now       time.Time
	GrantType string // for messages
	Segment   string // common or organizations, when the path named no tenant
	Audience  string // further audience that an assertion may have; may be empty
}

// Check gives the proof that the client is who it says, or the refusal.
func (c Checker) Check(ctx context.Context, call Call, p Presented) (Proof, error) {
	if p.Empty() {
		return Proof{}, aadsts.CredentialMissing.With(call.GrantType)
	}
	if isPublic(call.Client) {
		return Proof{}, aadsts.PublicClientCredentials.With()
	}
	if p.Secret != "" && p.Assertion != "" { // RFC 6749, 2.3: one method a request
		return Proof{}, aadsts.Malformed.With().Helping("send either client_secret or client_assertion, not both")
	}
	if p.Secret != "" {
		return checkSecret(call.Client, p.Secret, call.Now)
	}
	switch p.AssertionType {
	case AssertionType:
		return c.checkAssertion(ctx, call, p.Assertion)
	case "":
		return Proof{}, aadsts.MissingParameter.With("client_assertion_type")
	}
	return Proof{}, aadsts.Malformed.With().Helping("client_assertion_type must be " + AssertionType)
}

// isPublic: an application that says it is public, and has nothing to prove itself with.
func isPublic(client *directory.Principal) bool {
	return client.App.PublicClient && len(client.Keys) == 0 && len(client.App.Secrets) == 0 && len(client.Secrets) == 0
}
