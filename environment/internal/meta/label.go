package meta

// BaseLanguage is the language (LCID) of an environment's own texts: English.
const BaseLanguage = 1033

// Localized is a text in one language.
type Localized struct {
	Language int64  // LCID
	Text     string // never empty
}

// Labels are the texts of a component in all the languages it has them in. A component
// of the catalogue has none: its DisplayName is its text in the base language.
type Labels struct {
	Name, Plural, Description []Localized
}

// InBase gives the text in the base language, or the first one, or nothing.
func InBase(texts []Localized) string {
	for _, t := range texts {
		if t.Language == BaseLanguage {
			return t.Text
		}
	}
	if len(texts) > 0 {
		return texts[0].Text
	}
	return ""
}

// OptionSet is a choice that columns of many tables share (a global choice).
type OptionSet struct {
	Name    string
	Labels  Labels
	Options []Option
}
