package login

import (
	"net/http"
	"slices"

	"github.com/stead-s2s/stead/authority/internal/directory"
)

// known are the people who have signed in with a browser. Attempts with it are counted
// apart: whoever locks an account from elsewhere does not lock its person out.
type known struct {
	Browser string
	People  []directory.ID
}

// knows reports whether a person has signed in with this browser.
func (k known) knows(user directory.ID) bool { return slices.Contains(k.People, user) }

// remember lets the browser show later that this person signed in with it.
func (h *Handler) remember(v *visit, user directory.ID) error {
	if v.known.knows(user) {
		return nil
	}
	if v.known.Browser == "" {
		text, err := h.sealer.bearer()
		if err != nil {
			return err
		}
		v.known.Browser = text
	}
	v.known.People = append(v.known.People, user)
	if n := len(v.known.People); n > maxHeld {
		v.known.People = v.known.People[n-maxHeld:]
	}
	text, err := h.sealer.seal("known", v.known)
	if err != nil {
		return err
	}
	v.set(knownCookie, text, knownLife, http.SameSiteLaxMode)
	return nil
}
