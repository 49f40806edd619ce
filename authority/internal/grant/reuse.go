package grant

import (
	"sync"
	"time"

	"github.com/stead-s2s/stead/authority/internal/clientauth"
	"github.com/stead-s2s/stead/authority/internal/directory"
)

// Reuse answers an application that asks again with the token that it got a moment ago,
// as Azure's own endpoint for managed identities does. It is asked after every check was
// passed. Tokens are forgotten when anything in the directory or the signing key changes:
// they never outlive a secret, a role or a service principal by a request.
type Reuse struct {
	// Window is how long after its issue a token may be given out again.
	Window time.Duration

	mu        sync.Mutex
	directory *directory.Snapshot // that the tokens were issued under
	signing   string              // and the key they were signed with
	tokens    map[sameAs]token
}

// sameAs is what two requests have in common that may get the same token.
type sameAs struct {
	client directory.ID // service principal, so the tenant too
	proof  clientauth.Proof
	asked  string
}

// reuseMost bounds the memory: more clients than this begin anew.
const reuseMost = 1 << 14

// find gives the token of an earlier request, with what is left of its life.
func (r *Reuse) find(c *attempt, keys Signer) (token, bool) {
	if r == nil {
		return token{}, false
	}
	signing := keys.Signing()
	r.mu.Lock()
	if r.directory != c.directory || r.signing != signing {
		r.mu.Unlock()
		return token{}, false
	}
	t, found := r.tokens[sameAs{c.client.ID, c.proof, c.asked}]
	r.mu.Unlock()
	if age := c.now.Sub(t.issued); !found || age < 0 || age >= r.Window {
		return token{}, false
	}
	t.version, t.lifetime = c.Version, t.expires.Sub(c.now)
	return t, t.lifetime > r.Window
}

// keep remembers a token. A request that saw an older directory than those since begins
// anew too: what it keeps, no later one finds.
func (r *Reuse) keep(c *attempt, keys Signer, t token) {
	if r == nil {
		return
	}
	signing := keys.Signing()
	t.issued = c.now
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.directory != c.directory || r.signing != signing || len(r.tokens) >= reuseMost {
		r.directory, r.signing, r.tokens = c.directory, signing, map[sameAs]token{}
	}
	r.tokens[sameAs{c.client.ID, c.proof, c.asked}] = t
}
