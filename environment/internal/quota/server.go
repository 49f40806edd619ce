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
	cookies []string
	next    atomic.Uint64
}

// cookies are the same in all processes that share a store, and tell nothing but
// which server it is.
func makeCookies(environment string, n int) []string {
	var list []string
	for i := range max(n, 1) {
		sum := sha256.Sum256([]byte(environment + " web server " + strconv.Itoa(i)))
		list = append(list, hex.EncodeToString(sum[:]))
	}
	return list
}

// pick gives the server that a cookie names. Without one, or with one of another
// environment, servers take turns.
func (s *servers) pick(cookie string) int {
	for i, c := range s.cookies {
		if c == cookie {
			return i
		}
	}
	return int((s.next.Add(1) - 1) % uint64(len(s.cookies)))
}
