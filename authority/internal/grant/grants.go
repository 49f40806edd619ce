package grant

import "context"

// grantType is what one grant adds to the phases. The application's own grant has no
// hooks; those of people say where the person is known from.
type grantType struct {
	name         string
	words        bool // common and organizations will do: what the client holds names the tenant
	confidential bool // the client must prove itself, whatever it is

	// held reads what the client holds into the attempt, without using it up. Its refusal
	// waits until the client has proved itself.
	held func(*Handler, context.Context, *attempt) error
	// check compares what the client holds with the request and the client; it may be nil.
	check func(*Handler, context.Context, *attempt) error
	// redeem uses up what the client holds when all else is settled, and gives a refresh
	// token when one is wanted.
	redeem func(h *Handler, ctx context.Context, c *attempt, refresh bool) (string, error)
}

// The names that are not plain words.
const (
	deviceGrant   = "urn:ietf:params:oauth:grant-type:device_code"
	deviceGrantV1 = "device_code"
	bearerGrant   = "urn:ietf:params:oauth:grant-type:jwt-bearer"
)

// find gives one of the grants: these are all there are.
func find(name string) (grantType, bool) {
	switch name {
	case "client_credentials":
		return grantType{name: name, confidential: true}, true
	case "authorization_code":
		return grantType{name: name, words: true, held: holdCode, check: checkCode, redeem: redeemCode}, true
	case "refresh_token":
		return grantType{name: name, words: true, held: holdRefresh, check: checkRefresh, redeem: redeemRefresh}, true
	case deviceGrant, deviceGrantV1:
		return grantType{name: name, words: true, held: holdDevice, redeem: redeemDevice}, true
	case bearerGrant:
		return grantType{name: name, words: true, confidential: true, held: holdBearer, check: checkBearer, redeem: beginFamily}, true
	case "password":
		return grantType{name: name, words: true, held: holdPassword, check: checkPassword, redeem: beginFamily}, true
	}
	return grantType{}, false
}

// person reports whether the grant is about a person.
func (g grantType) person() bool { return g.held != nil }
