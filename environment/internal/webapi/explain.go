package webapi

import (
	"net/http"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/explain"
)

// explainHeader asks for the explanation of a request, and has it in the answer: for System
// Administrators with any value, for everybody else with the operator's key.
const explainHeader = "x-stead-explain"

// explainKey is its name as requests have it: package net/http makes names canonical.
const explainKey = "X-Stead-Explain"

// maxExplained bounds the header in an answer, in bytes: clients and proxies take no
// longer ones for granted.
const maxExplained = 6 << 10

// account is what a visit's request is explained by.
type account struct {
	trail   access.Trail
	journal *explain.Journal
	user    access.User
	id      string
	asked   bool // and allowed to see
	told    bool
	noted   int // refusals of the trail when the last part of a batch was refused
	refused []explain.Refusal
}

// account opens the account of a visit.
func (a *API) account(v *visit, r *http.Request, user access.User) {
	v.account.journal, v.account.user = a.Journal, user
	if id := v.Header()["REQ_ID"]; len(id) > 0 {
		v.account.id = id[0]
	}
	if ask := r.Header[explainKey]; len(ask) > 0 && ask[0] != "" {
		v.asked = user.Administrator() || a.Operator != nil && a.Operator(ask[0])
	}
}

// refuse notes an error, unless access worded it and so noted it.
func (c *account) refuse(err error) {
	if noted := len(c.trail.Refusals()); noted > c.noted {
		c.noted = noted
		return
	}
	if len(c.refused) < maxExplainedParts {
		c.refused = append(c.refused, explain.Of(refusal(err)))
	}
}

// maxExplainedParts bounds the refused parts of a batch that are explained.
const maxExplainedParts = 20

// tell takes down what was decided before the answer begins, or when the request has
// failed with err: decisions come before answers.
func (v *visit) tell(err error) {
	if v.told || v.journal == nil {
		return
	}
	v.told = true
	if err != nil {
		v.refuse(err)
	}
	told := v.journal.Note(explain.Request{ID: v.id, At: v.begun, User: v.user, Trail: &v.trail, Refused: v.refused})
	if !v.asked {
		return
	}
	if line := told.Header(maxExplained); line != "" {
		v.Header()[explainHeader] = []string{line}
	}
}

// WriteHeader begins the answer.
func (v *visit) WriteHeader(status int) {
	v.tell(nil)
	v.ResponseWriter.WriteHeader(status)
}
