package job

import (
	"github.com/stead-s2s/stead/environment/internal/engine"
)

// Book keeps the rows of what runs behind answers.
type Book struct{ engine *engine.Engine }

// NewBook returns a book; e has its Rules.
func NewBook(e *engine.Engine) *Book { return &Book{e} }

// Rules are the rules of the tables that clients can call work off in.
func Rules() map[string]engine.Rules {
	return map[string]engine.Rules{
		OperationTable: {Watch: []string{"backgroundoperationstatecode", "runas"}, Guard: guardOperation},
		jobTable:       {Watch: []string{"statecode", "statuscode"}, Guard: guardJob, Changed: changedJob},
	}
}
