package message

import (
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/op"
)

// sendEmail marks an email as sent; nothing leaves the environment.
func sendEmail(w *engine.Work, m *op.Message) (op.Answer, error) {
	email, err := bound(m, "email")
	if err != nil {
		return op.Answer{}, err
	}
	issue, ok := m.Argument("IssueSend").(bool)
	switch {
	case m.Argument("IssueSend") == nil:
		return op.Answer{}, missingArgument("IssueSend")
	case !ok:
		return op.Answer{}, badArgument("IssueSend")
	}
	token, ok := m.Argument("TrackingToken").(string)
	if !ok && m.Argument("TrackingToken") != nil {
		return op.Answer{}, badArgument("TrackingToken")
	}
	subject, err := w.SendEmail(email, issue, token)
	return op.Answer{Type: "SendEmailResponse", Members: []op.Member{{Name: "Subject", Value: subject}}}, err
}
