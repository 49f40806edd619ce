package access

import (
	"testing"

	"github.com/stead-s2s/stead/environment/internal/meta"
)

// A mask is read as its widest bit; bits that mean nothing give nothing (facts 3.5).
func TestDepthOfAMask(t *testing.T) {
	for mask := range int64(32) {
		want := None
		for d := Basic; d <= Global; d++ {
			if mask&(1<<(d-Basic)) != 0 {
				want = d
			}
		}
		if got := DepthOf(mask); got != want {
			t.Errorf("%b is %s, want %s", mask, got, want)
		}
	}
}

// Whatever depths a privilege knows, it fits those and no other, the widest of them is its
// widest, and none is where there is none.
func TestDepthsOfAPrivilege(t *testing.T) {
	for mask := range 16 {
		p := &meta.Privilege{Basic: mask&1 != 0, Local: mask&2 != 0, Deep: mask&4 != 0, Global: mask&8 != 0}
		for d := None; d <= Global+1; d++ {
			if want := d >= Basic && d <= Global && mask&(1<<(d-Basic)) != 0; Fits(p, d) != want {
				t.Errorf("%04b fits depth %d: %v", mask, d, !want)
			}
		}
		if got, want := Widest(p), DepthOf(int64(mask)); got != want {
			t.Errorf("the widest of %04b is %s, want %s", mask, got, want)
		}
	}
}

// A privilege for no table is held at any depth or not at all; one that there is not, by
// nobody; and to hold one is noted with the least that would have done.
func TestHold(t *testing.T) {
	w := contoso(t)
	act := w.model.Privilege(actOnBehalf)
	w.user("del", "Sales", "Delegate")
	for who, held := range map[string]Depth{"del": Basic, "ada": Global, "ben": None} {
		c, trail := w.noting(who)
		if err := Hold(c, act); (err == nil) != (held > None) {
			t.Errorf("%s: %v", who, err)
		}
		switch uses, refusals := trail.Uses(), trail.Refusals(); {
		case held == None && (len(uses) != 0 || len(refusals) != 1 || refusals[0].Privilege != act || refusals[0].Table != nil):
			t.Errorf("%s: %+v %+v", who, uses, refusals)
		case held != None && (len(uses) != 1 || len(refusals) != 0 || uses[0].Privilege != act || uses[0].Held != held || uses[0].Needed != Basic):
			t.Errorf("%s: %+v %+v", who, uses, refusals)
		}
		if d := refusal(t, Hold(c, nil)); d.HTTPStatus() != 403 {
			t.Errorf("%s holds nothing: %v", who, d)
		}
	}
}

// Callers at one state of the security tables share what was decided, per pair of users;
// a change of the tables makes another state.
func TestScopes(t *testing.T) {
	w := contoso(t)
	ben, again, cleo, acting := w.as("ben"), w.as("ben"), w.as("cleo"), w.onBehalf("loader", "ben")
	if ben.Scope() != again.Scope() || ben.Scope() == cleo.Scope() || ben.Scope() == acting.Scope() || w.as("loader").Scope() == acting.Scope() {
		t.Error("scopes are not those of pairs of users")
	}
	for name, other := range map[string]Caller{"cleo": cleo, "loader for ben": acting} {
		if other.Scope().Epoch() != ben.Scope().Epoch() {
			t.Errorf("%s is of another epoch", name)
		}
	}
	w.changed()
	if now := w.as("ben").Scope(); now == ben.Scope() || now.Epoch() == ben.Scope().Epoch() {
		t.Error("a change makes no other epoch")
	}
	if (Scope{}).Epoch() != (Epoch{}) || ben.Scope().Epoch() == (Epoch{}) {
		t.Error("nobody's epoch")
	}
}
