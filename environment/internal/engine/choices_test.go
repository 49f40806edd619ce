package engine

import (
	"strings"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// Of several choices each must be an option, and 150 are the most (Dataverse facts 6.1).
func TestSeveralChoices(t *testing.T) {
	c := &meta.Column{LogicalName: "hobbies", Kind: meta.Choices, Table: &meta.Table{LogicalName: "contact"}, Options: []meta.Option{{Value: 1}, {Value: 20}}}
	for text, want := range map[string]string{"1, 20": "1,20", "20": "20", " ": "", strings.Repeat("1,", 149) + "20": strings.Repeat("1,", 149) + "20"} {
		if v, err := choices(c, query.Text(text)); err != nil || v.Text() != want {
			t.Errorf("%q is kept as %q, %v", text, v.Text(), err)
		}
	}
	for text, entry := range map[string]dverr.Entry{"1,2": dverr.ChoiceOutOfRange, "1,x": dverr.InvalidArgument, strings.Repeat("1,", 150) + "20": dverr.InvalidArgument} {
		if _, err := choices(c, query.Text(text)); !entry.Is(err) {
			t.Errorf("%.20q: %v, want %s", text, err, entry.Name)
		}
	}
}
