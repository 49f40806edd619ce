package access

import (
	"testing"

	"github.com/stead-s2s/stead/environment/internal/meta"
)

// What an access mode leaves of one's own roles and of those by teams.
func TestAccessModesTakeFromRoles(t *testing.T) {
	for _, tt := range []struct {
		mode                                   int64
		readAccount, writeAccount, readUser, w Depth
	}{
		{0, Global, Global, Global, Global},
		{administrativeMode, None, None, Global, Global},
		{readMode, Global, None, Global, None},
		{supportMode, Global, None, Global, None},
		{4, Global, Global, Global, Global},
		{5, Global, Global, Global, Global},
	} {
		for _, byTeam := range []bool{false, true} {
			w := contoso(t)
			w.role("All", "account systemuser", "Read Write", Global)
			w.user("zoe", "Sales").AccessMode = tt.mode
			if byTeam {
				w.team("Clerks", "Sales", 0, "zoe")
				w.teamRole("Clerks", "Sales", "All", 1)
			} else {
				w.user("yan", "Sales", "All").AccessMode = tt.mode
			}
			name := map[bool]string{false: "yan", true: "zoe"}[byTeam]
			c, account, user := w.as(name), w.model.Table("account"), w.model.Table("systemuser")
			for p, want := range map[*meta.Privilege]Depth{
				account.Privileges[meta.Read]: tt.readAccount, account.Privileges[meta.Write]: tt.writeAccount,
				user.Privileges[meta.Read]: tt.readUser, user.Privileges[meta.Write]: tt.w,
			} {
				if got := c.Has(p); got != want {
					t.Errorf("mode %d, by team %v: %s at %s, want %s", tt.mode, byTeam, p.Name, got, want)
				}
			}
		}
	}
}
