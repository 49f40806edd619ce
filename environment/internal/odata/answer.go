package odata

import (
	"fmt"
	"strconv"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
)

// Answer writes what a message answered with (Dataverse facts 5.17).
func (w *Writer) Answer(a op.Answer) error {
	of := "Microsoft.Dynamics.CRM." + a.Type
	if a.Set != "" {
		of = a.Set
	}
	w.context(of)
	for _, m := range a.Members {
		w.buf = append(w.buf, ',')
		if err := w.answerMember(m); err != nil {
			return fmt.Errorf("answer %s: %w", a.Type, err)
		}
	}
	w.buf = append(w.buf, '}')
	return w.flush()
}

func (w *Writer) answerMember(m op.Member) error {
	w.buf = append(w.buf, keyOf(m.Name)...)
	return w.answerValue(m.Value)
}

func (w *Writer) answerValue(value any) error {
	switch v := value.(type) {
	case nil:
		w.buf = append(w.buf, "null"...)
	case string:
		w.buf = appendString(w.buf, v)
	case int64:
		w.buf = strconv.AppendInt(w.buf, v, 10)
	case float64:
		w.buf = appendFloat(w.buf, v, -1)
	case bool:
		w.buf = strconv.AppendBool(w.buf, v)
	case meta.ID:
		w.buf = append(v.Append(append(w.buf, '"')), '"')
	case op.Entity:
		w.answerEntity(v)
	case []op.Member:
		return w.answerObject(v)
	case op.List:
		return w.answerList(v)
	default:
		return fmt.Errorf("%T cannot stand in an answer", value)
	}
	return nil
}

// answerEntity writes a row with its type before its columns. Those that are null are left
// out: such a row tells no more than it holds.
func (w *Writer) answerEntity(e op.Entity) {
	w.buf = append(w.buf, `{"@odata.type":"#`+namespace...)
	w.buf = append(append(w.buf, e.Shape.Table.LogicalName...), `",`...)
	for _, f := range e.Shape.Fields {
		if !e.Row.Null(f.Value) {
			m := w.r.newMember(f)
			w.buf = m.append(w.buf, e.Row)
		}
	}
	w.buf = closeWith(w.buf, '}')
}

func (w *Writer) answerObject(members []op.Member) error {
	w.buf = append(w.buf, '{')
	for _, m := range members {
		if err := w.answerMember(m); err != nil {
			return err
		}
		w.buf = append(w.buf, ',')
	}
	w.buf = closeWith(w.buf, '}')
	return nil
}

func (w *Writer) answerList(values op.List) error {
	w.buf = append(w.buf, '[')
	for _, v := range values {
		if err := w.answerValue(v); err != nil {
			return err
		}
		w.buf = append(w.buf, ',')
	}
	w.buf = closeWith(w.buf, ']')
	return nil
}
