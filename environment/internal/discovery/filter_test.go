package discovery

import "testing"

// Whatever a client sends is refused or judged; what is judged and its denial differ.
func FuzzFilter(f *testing.F) {
	for _, text := range []string{"State eq 0", "UniqueName ne 'it''s' or Id eq x and Region eq 'a b'", "' eq '", "State eq", ""} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := parseFilter(text)
		if err != nil {
			return
		}
		i := Instance{UniqueName: "contoso"}
		if len(c) == 1 && len(c[0]) == 1 {
			yes := c.holds(i)
			c[0][0].not = !c[0][0].not
			if c.holds(i) == yes {
				t.Errorf("%q and its denial are both %t", text, yes)
			}
		}
	})
}
