package claims

import (
	"strings"
	"testing"
)

// Where groups are asked for stands first, the roles last; both tokens say it alike.
func TestMembership(t *testing.T) {
	const sources = `"_claim_names":{"groups":"src1"},"_claim_sources":{"src1":{"endpoint":"https://sts.example/g"}},`
	for name, c := range map[string]struct {
		of          Membership
		has, hasNot string
	}{
		"some":     {Membership{Groups: []string{"g-1", "g-2"}}, `,"groups":["g-1","g-2"],"`, "claim_names"},
		"too many": {Membership{GroupsAt: "https://sts.example/g"}, `,` + sources, `"groups":[`},
		"in short": {Membership{HasGroups: true}, `,"hasgroups":true,"`, `"groups"`},
		"roles":    {Membership{AdminRoles: []string{"w-1"}}, `.0","wids":["w-1"]}`, "groups"},
		"none":     {Membership{}, `.0"}`, "groups"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, version := range []int{1, 2} {
				u, i := user(version), id(version)
				u.Membership, i.Membership = c.of, c.of
				for _, text := range []string{string(u.Append(nil)), string(i.Append(nil))} {
					if !strings.Contains(text, c.has) || strings.Contains(text, c.hasNot) {
						t.Errorf("v%d: %s", version, text)
					}
				}
			}
		})
	}
}
