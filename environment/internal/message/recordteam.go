package message

import (
	"github.com/stead-s2s/stead/environment/internal/company"
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
)

func addToRecordTeam(w *engine.Work, m *op.Message) (op.Answer, error) {
	return recordTeam(w, m, company.AddToRecordTeam)
}

func removeFromRecordTeam(w *engine.Work, m *op.Message) (op.Answer, error) {
	return recordTeam(w, m, company.RemoveFromRecordTeam)
}

// recordTeam changes who is in a row's team and answers with the team.
func recordTeam(w *engine.Work, m *op.Message, change func(w *engine.Work, user, record, template op.Key) (meta.ID, error)) (op.Answer, error) {
	user, err := bound(m, "systemuser")
	if err != nil {
		return op.Answer{}, err
	}
	record, err := row(m, "Record")
	if err != nil {
		return op.Answer{}, err
	}
	template, err := ofTable("TeamTemplate", m.Argument("TeamTemplate"), w.Call.Model.Table("teamtemplate"))
	if err != nil {
		return op.Answer{}, err
	}
	team, err := change(w, user, record, template)
	return op.Answer{Type: m.Name + "Response", Members: []op.Member{{Name: "AccessTeamId", Value: team}}}, err
}
