package quota

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"sync/atomic"
)

// AffinityCookie pins a client to a web server; each server counts alone (Dataverse
// facts 4.1).
const AffinityCookie = "ARRAffinity"

// servers are the web servers that an environment behaves as if it had.
type servers struct {
	cookies []cookie
	next    atomic.Uint64
}

// cookie is the value that names a server and the header that sets it: one for all answers,
// which only read it.
type cookie struct {
	value string
	line  []string
}

// cookies are the same in all processes that share a store, and tell nothing but
// which server it is.
func makeCookies(environment string, n int) []cookie {
	var list []cookie
	for i := range max(n, 1) {
		sum := sha256.Sum256([]byte(environment + " web server " + strconv.Itoa(i)))
		value := hex.EncodeToString(sum[:])
		list = append(list, cookie{value, []string{AffinityCookie + "=" + value + "; Path=/; HttpOnly; Secure; SameSite=None"}})
	}
	return list
}

// pick gives the server that a cookie's value names. Without one, or with one of another
// environment, servers take turns.
func (s *servers) pick(value string) int {
	if len(s.cookies) == 1 {
		return 0
	}
	for i, c := range s.cookies {
		if c.value == value {
			return i
		}
	}
	return int((s.next.Add(1) - 1) % uint64(len(s.cookies)))
}
