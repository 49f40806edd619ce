package dataverse

import "strings"

// actOnBehalf is the privilege to act for others.
const actOnBehalf = "prvActOnBehalfOfAnotherUser"

// Privilege is one that a refused request lacked.
type Privilege struct {
	Name      string // such as "prvCreateAccount"
	ID        ID     // zero if the message did not tell
	Principal ID     // the user or team that lacks it; under impersonation the user acted for, even if it is the application that lacks it
	Table     string // logical name, empty if the message did not tell
}

// MissingPrivilege reads which privilege was missing from the message of a refusal, in the forms that
// the service has given it over the years.
func (e *Error) MissingPrivilege() (Privilege, bool) { return missingPrivilege(e.Message) }

// missingPrivilege knows the forms of Dataverse facts 3.9.
func missingPrivilege(message string) (Privilege, bool) {
	_, rest, found := strings.Cut(message, "is missing prv")
	if !found {
		return Privilege{}, false
	}
	name, tail, _ := strings.Cut(rest, " ")
	if !isName(name) {
		return Privilege{}, false
	}
	p := Privilege{Name: "prv" + name, ID: idAfter(tail, "privilege (Id="), Principal: idAfter(message, "user (Id=")}
	if p.Principal.IsZero() {
		p.Principal = idAfter(message, "team (Id=")
	}
	if _, table, found := strings.Cut(tail, "for entity '"); found {
		p.Table, _, _ = strings.Cut(table, "'")
	}
	return p, true
}

// idAfter reads the GUID behind a mark, zero if there is none.
func idAfter(text, mark string) ID {
	_, rest, found := strings.Cut(text, mark)
	if !found || len(rest) < 36 {
		return ID{}
	}
	id, _ := parseID(rest[:36])
	return id
}
