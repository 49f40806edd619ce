package environment

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/explain"
	"github.com/stead-s2s/stead/environment/internal/meta"
)

// The pages of explanations, for System Administrators and the operator's key.
const (
	privilegesPath = "/_stead/privileges"
	explainPath    = "/_stead/explain"
)

// PrivilegeUse is a privilege that a user used: its name, the table and the right, the
// depth at which the user has it, the smallest depth that would have done where that is
// known, the roles that grant it, how often and when last.
type PrivilegeUse = explain.Used

// PrivilegesUsed lists what the application user of an application used since this process
// opened the environment. Requests are counted before their answers begin.
func (s *Server) PrivilegesUsed(application string) ([]PrivilegeUse, error) {
	id, err := meta.ParseID(application)
	if err != nil || id.IsZero() {
		return nil, errors.New("an application id is a GUID")
	}
	for _, f := range s.journal.Footprints(explain.Asked{Application: id}) {
		return f.Privileges, nil
	}
	return nil, nil
}

// privilegesReport is the answer of the page of privileges.
type privilegesReport struct {
	Environment string              `json:"environment"`
	Now         time.Time           `json:"now"`
	Users       []explain.Footprint `json:"users"`
}

// privileges answers which privileges users used, for user=, application= and since=.
func (s *Server) privileges(w http.ResponseWriter, r *http.Request) error {
	now := s.config.Now()
	asked, err := readAsked(r.URL.Query(), now)
	if err != nil {
		return err
	}
	return answerJSON(w, privilegesReport{s.config.Name, now.UTC(), s.journal.Footprints(asked)})
}

func readAsked(v url.Values, now time.Time) (asked explain.Asked, err error) {
	for name, to := range map[string]*meta.ID{"user": &asked.User, "application": &asked.Application} {
		if text := v.Get(name); text != "" {
			if *to, err = meta.ParseID(text); err != nil {
				return asked, dverr.QueryInvalid.Text("The parameter '%s' must be a GUID.", name)
			}
		}
	}
	asked.Since, err = instant(v, "since", now, time.Time{})
	return asked, err
}

// explain answers for request=, the REQ_ID of a recent answer.
func (s *Server) explain(w http.ResponseWriter, r *http.Request) error {
	id := r.URL.Query().Get("request")
	told, found := s.journal.Request(id)
	if !found {
		return dverr.SegmentNotFound.Text("No recent request has the id '%s'.", id).
			Helping("Give the REQ_ID of an answer; the environment keeps the last requests only.")
	}
	return answerJSON(w, told)
}

func answerJSON(w http.ResponseWriter, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return answer(w, "application/json", append(body, '\n'))
}
