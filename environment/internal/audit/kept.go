package audit

import (
	"encoding/json"
	"fmt"
	"strconv"
	"unicode/utf8"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// longest is how many characters of a text are kept, with an ellipsis behind them: what
// was audited cannot bring long texts back (Dataverse, retrieve audit data).
const longest = 5000

// The form in which events are kept. Names are as short as the rows are many.
type (
	keptEvent struct {
		Changes      []keptChange `json:"c,omitempty"`
		Principal    *keptRow     `json:"who,omitempty"`
		Had          int64        `json:"had,omitempty"`
		Has          int64        `json:"has,omitempty"`
		Relationship string       `json:"rel,omitempty"`
		Rows         []keptRow    `json:"rows,omitempty"`
		Privileges   *keptHeld    `json:"prv,omitempty"`
	}
	keptChange struct {
		Column string     `json:"n"`
		Number int        `json:"i"`
		Old    *keptValue `json:"o,omitempty"`
		New    *keptValue `json:"v,omitempty"`
	}
	keptValue struct {
		Text  string `json:"v"`
		Table string `json:"t,omitempty"`
	}
	keptRow struct {
		Table string `json:"t"`
		ID    string `json:"i"`
	}
	keptHeld struct {
		Old []keptDepth `json:"o"`
		New []keptDepth `json:"v"`
	}
	keptDepth struct {
		Privilege string `json:"p"`
		Depth     int64  `json:"d"`
	}
)

// encode writes what the columns of the row do not hold of an event.
func encode(e Event) string {
	var k keptEvent
	for _, c := range e.Changes {
		k.Changes = append(k.Changes, keptChange{c.Column.LogicalName, number(c.Column), keep(c.Old), keep(c.New)})
	}
	if s := e.Sharing; s != nil {
		k.Principal, k.Had, k.Has = keepRow(s.Principal), s.Had, s.Has
	}
	if j := e.Joined; j != nil {
		k.Relationship = j.Relationship
		for _, r := range j.Rows {
			k.Rows = append(k.Rows, *keepRow(r))
		}
	}
	if p := e.Privileges; p != nil {
		k.Privileges = &keptHeld{keepDepths(p.Old), keepDepths(p.New)}
	}
	text, err := json.Marshal(k)
	if err != nil { // plain data: it cannot fail but by a mistake in the program
		panic(err)
	}
	return string(text)
}

func keepRow(r op.Key) *keptRow { return &keptRow{r.Table.LogicalName, r.ID.String()} }

func keepDepths(held []Held) (all []keptDepth) {
	for _, h := range held {
		all = append(all, keptDepth{h.Privilege.String(), h.Depth})
	}
	return all
}

func keep(v Value) *keptValue {
	k := &keptValue{}
	switch v.Storage() {
	case meta.Text:
		k.Text = capped(v.Text())
	case meta.Int:
		k.Text = strconv.FormatInt(v.Int(), 10)
	case meta.Float:
		k.Text = strconv.FormatFloat(v.Float(), 'g', -1, 64)
	case meta.GUID:
		k.Text = v.GUID().String()
	default:
		return nil
	}
	if v.Target != nil {
		k.Table = v.Target.LogicalName
	}
	return k
}

func capped(text string) string {
	if utf8.RuneCountInString(text) <= longest {
		return text
	}
	return string([]rune(text)[:longest]) + "…"
}

// detail is an event as far as a model still knows what it was about. Deleted are columns
// that are no more.
type detail struct {
	Event
	Deleted []deleted
}

type deleted struct {
	number int
	name   string
}

// decode reads what encode wrote. Columns, tables and values that the model has no longer,
// or has otherwise, are left out.
func decode(m *meta.Model, object op.Key, action Action, text string) (detail, error) {
	d := detail{Event: Event{Action: action, Object: object}}
	var k keptEvent
	if err := json.Unmarshal([]byte(text), &k); err != nil {
		return d, fmt.Errorf("read what is kept of %s %s: %w", object.Table.LogicalName, object.ID, err)
	}
	for _, c := range k.Changes {
		column := object.Table.Column(c.Column)
		if column == nil {
			d.Deleted = append(d.Deleted, deleted{c.Number, c.Column})
			continue
		}
		d.Changes = append(d.Changes, Change{column, c.Old.read(m, column), c.New.read(m, column)})
	}
	if key, ok := k.Principal.read(m); ok {
		d.Sharing = &Sharing{key, k.Had, k.Has}
	}
	if k.Relationship != "" {
		d.Joined = &Joined{Relationship: k.Relationship}
		for _, r := range k.Rows {
			if key, ok := r.read(m); ok {
				d.Joined.Rows = append(d.Joined.Rows, key)
			}
		}
	}
	if p := k.Privileges; p != nil {
		d.Privileges = &Privileges{readDepths(p.Old), readDepths(p.New)}
	}
	return d, nil
}

func (k *keptRow) read(m *meta.Model) (op.Key, bool) {
	if k == nil {
		return op.Key{}, false
	}
	id, err := meta.ParseID(k.ID)
	key := op.Key{Table: m.Table(k.Table), ID: id}
	return key, err == nil && key.Table != nil
}

func readDepths(kept []keptDepth) (all []Held) {
	for _, k := range kept {
		if id, err := meta.ParseID(k.Privilege); err == nil {
			all = append(all, Held{id, k.Depth})
		}
	}
	return all
}

func (k *keptValue) read(m *meta.Model, c *meta.Column) Value {
	if k == nil {
		return Value{}
	}
	v := Value{Target: m.Table(k.Table)}
	switch c.Storage() {
	case meta.Text:
		v.Value = query.Text(k.Text)
	case meta.Int:
		if n, err := strconv.ParseInt(k.Text, 10, 64); err == nil {
			v.Value = query.Int(n)
		}
	case meta.Float:
		if f, err := strconv.ParseFloat(k.Text, 64); err == nil {
			v.Value = query.Float(f)
		}
	case meta.GUID:
		if id, err := meta.ParseID(k.Text); err == nil {
			v.Value = query.GUID(id)
		}
	}
	return v
}
