package seed

import (
	"time"

	"github.com/stead-s2s/stead/environment/internal/meta"
)

// Spec says what a new environment holds.
type Spec struct {
	Organization meta.ID
	Name         string // of the organization and of its root business unit
	Units        []Unit
	Users        []User
	Samples      bool // the ten sample accounts with their contacts, tasks and notes
	Rows         int  // generated accounts, each with a contact
	Now          time.Time

	// Progress is told how many of the generated accounts are there; may be nil.
	Progress func(done, total int)
}

// Unit is a business unit; Parent names another one, "" the root.
type Unit struct{ Name, Parent string }

// User is a person, or an application when ApplicationID is set. Unit names a
// business unit, "" the root; Roles name security roles, of which the user gets the
// copies of that unit. AccessMode 0 stands for what is usual: read-write for people,
// non-interactive for applications (Dataverse facts 1.5).
type User struct {
	ID, ObjectID, ApplicationID meta.ID
	FirstName, LastName         string
	FullName                    string // "" is first and last name
	DomainName, Email           string
	Unit                        string
	Roles                       []string
	AccessMode                  int64
	Disabled                    bool
	OwnsNothing                 bool // of the samples and the generated rows
}

// fullName follows the organization's convention, first name first.
func (u User) fullName() string {
	switch {
	case u.FullName != "":
		return u.FullName
	case u.FirstName == "":
		return u.LastName
	case u.LastName == "":
		return u.FirstName
	}
	return u.FirstName + " " + u.LastName
}

func (u User) accessMode() int64 {
	if u.AccessMode == 0 && !u.ApplicationID.IsZero() {
		return nonInteractive
	}
	return u.AccessMode
}

// Values of systemuser.accessmode.
const (
	supportUser    = 3
	nonInteractive = 4
)
