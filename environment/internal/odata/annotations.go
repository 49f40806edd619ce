package odata

import (
	"strings"
)

// The annotations of rows, collections and members (Dataverse facts 5.2).
const (
	formattedValue          = "OData.Community.Display.V1.FormattedValue"
	associatedNavigation    = "Microsoft.Dynamics.CRM.associatednavigationproperty"
	lookupLogicalName       = "Microsoft.Dynamics.CRM.lookuplogicalname"
	totalRecordCount        = "Microsoft.Dynamics.CRM.totalrecordcount"
	totalCountLimitExceeded = "Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded"
	globalMetadataVersion   = "Microsoft.Dynamics.CRM.globalmetadataversion"
)

// Annotations is the value of odata.include-annotations: a list of names, of names
// that end in *, and of exclusions that start with -. The zero value asks for none.
type Annotations struct {
	text     string
	patterns []string
}

// ParseAnnotations reads the preference's value without its quotes; stray ones are
// dropped. It cannot fail: a name that no annotation has asks for nothing.
func ParseAnnotations(value string) Annotations {
	value = strings.ReplaceAll(value, `"`, "")
	a := Annotations{text: value}
	for p := range strings.SplitSeq(value, ",") {
		if p = strings.TrimSpace(p); p != "" {
			a.patterns = append(a.patterns, p)
		}
	}
	return a
}

// String gives the text that Preference-Applied echoes.
func (a Annotations) String() string { return a.text }

// Any reports whether annotations were asked for at all.
func (a Annotations) Any() bool { return len(a.patterns) > 0 }

// Has decides about one annotation. The most specific pattern that matches wins, and
// an exclusion wins over an inclusion of the same width.
func (a Annotations) Has(name string) bool {
	best, has := -1, false
	for _, p := range a.patterns {
		exclude := strings.HasPrefix(p, "-")
		p = strings.TrimPrefix(strings.TrimPrefix(p, "-"), "@")
		width, ok := matchWidth(p, name)
		if ok && (width > best || width == best && exclude) {
			best, has = width, !exclude
		}
	}
	return has
}

// matchWidth gives the number of characters of name that the pattern pins down.
func matchWidth(pattern, name string) (int, bool) {
	if prefix, wild := strings.CutSuffix(pattern, "*"); wild {
		return len(prefix), strings.HasPrefix(name, prefix)
	}
	return len(name) + 1, pattern == name
}
