package odata

import (
	"testing"

	"github.com/stead-s2s/stead/environment/internal/dverr"
)

func TestPrefer(t *testing.T) {
	for _, c := range []struct {
		values  []string
		want    Prefer
		applied string
	}{
		{nil, Prefer{}, ""},
		{[]string{"return=representation"}, Prefer{Return: ReturnRepresentation}, "return=representation"},
		{[]string{"return=minimal"}, Prefer{Return: ReturnMinimal}, ""},
		{[]string{"return=everything, wait=10, handling=lenient"}, Prefer{}, ""},
		{[]string{`odata.maxpagesize=4; odata.include-annotations="*"`}, Prefer{MaxPageSize: 4, Annotations: ParseAnnotations("*")}, `odata.include-annotations="*"; odata.maxpagesize=4`},
		{[]string{"odata.maxpagesize=3", `odata.include-annotations="Microsoft.Dynamics.CRM.*,-x"`}, Prefer{MaxPageSize: 3, Annotations: ParseAnnotations("Microsoft.Dynamics.CRM.*,-x")}, `odata.include-annotations="Microsoft.Dynamics.CRM.*,-x"; odata.maxpagesize=3`},
		{[]string{"odata.include-annotations=*"}, Prefer{Annotations: ParseAnnotations("*")}, `odata.include-annotations="*"`},
		{[]string{"Odata.MaxPageSize = 10 , odata.maxpagesize=20"}, Prefer{MaxPageSize: 10}, "odata.maxpagesize=10"},
		{[]string{"maxpagesize=9000"}, Prefer{MaxPageSize: 5000}, "odata.maxpagesize=5000"},
		{[]string{"odata.track-changes,odata.continue-on-error;respond-async"}, Prefer{TrackChanges: true, ContinueOnError: true, Async: true}, ""},
		{[]string{"odata.continue-on-error=false"}, Prefer{}, ""},
		{[]string{",;\"\"=\"", "\"a,b"}, Prefer{}, ""},
	} {
		p, err := ParsePrefer(c.values)
		if err != nil {
			t.Errorf("%q: %v", c.values, err)
			continue
		}
		got, want := p, c.want
		got.Annotations, want.Annotations = Annotations{}, Annotations{}
		same := got.Return == want.Return && got.MaxPageSize == want.MaxPageSize && got.TrackChanges == want.TrackChanges && got.ContinueOnError == want.ContinueOnError && got.Async == want.Async
		if !same || p.Annotations.String() != c.want.Annotations.String() || p.Applied() != c.applied {
			t.Errorf("%q: %+v applied %q", c.values, p, p.Applied())
		}
	}
	for _, bad := range []string{"x", "0", "-1", "", "1.5", "99999999999"} {
		_, err := ParsePrefer([]string{"odata.maxpagesize=" + bad})
		refused(t, bad, err, dverr.QueryInvalid, "The value '"+bad+"' of the preference 'odata.maxpagesize' is not valid: it must be a whole number from 1 to 5000.")
	}
}

func TestAnnotations(t *testing.T) {
	for _, c := range []struct {
		pattern, name string
		want          bool
	}{
		{"", formattedValue, false},
		{"*", formattedValue, true},
		{formattedValue, formattedValue, true},
		{"@" + formattedValue, formattedValue, true},
		{formattedValue, lookupLogicalName, false},
		{"Microsoft.Dynamics.CRM.*", lookupLogicalName, true},
		{"Microsoft.Dynamics.CRM.*", formattedValue, false},
		{"*,-Microsoft.Dynamics.CRM.*", lookupLogicalName, false},
		{"*,-Microsoft.Dynamics.CRM.*", formattedValue, true},
		{"-*," + formattedValue, formattedValue, true},
		{"-" + formattedValue + "," + formattedValue, formattedValue, false},
		{formattedValue + ",-" + formattedValue, formattedValue, false},
		{" a , " + formattedValue + " ", formattedValue, true},
	} {
		if got := ParseAnnotations(c.pattern).Has(c.name); got != c.want {
			t.Errorf("%q has %s: %v", c.pattern, c.name, got)
		}
	}
}

func TestETags(t *testing.T) {
	if got := ETag(4648334); got != `W/"4648334"` {
		t.Error(got)
	}
	for text, want := range map[string]int64{`W/"4648334"`: 4648334, `"7"`: 7, ` W/"1" `: 1} {
		if got, err := ParseETag(text); err != nil || got != want {
			t.Errorf("%s: %d %v", text, got, err)
		}
	}
	for _, text := range []string{"", "*", "null", `W/""`, `W/"x"`, `W/"-1"`, `W/"0"`, "W/7", `"`, `W/"99999999999999999999"`} {
		if _, err := ParseETag(text); !dverr.QueryInvalid.Is(err) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func FuzzPrefer(f *testing.F) {
	f.Add(`odata.maxpagesize=4; odata.include-annotations="*,-a,b*"`, "return=minimal")
	f.Add("odata.maxpagesize=1,odata.include-annotations=\"", "0")
	f.Fuzz(func(t *testing.T, a, b string) {
		p, err := ParsePrefer([]string{a, b})
		if err != nil {
			return
		}
		again, err := ParsePrefer([]string{p.Applied()})
		if err != nil || again.Applied() != p.Applied() {
			t.Fatalf("%q %q applied as %q, then as %q (%v)", a, b, p.Applied(), again.Applied(), err)
		}
	})
}
