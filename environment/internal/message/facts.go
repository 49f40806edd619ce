package message

import (
	"context"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/store"
)

// userSettings answers with the settings of a user.
func userSettings(ctx context.Context, call engine.Call, m *op.Message, tx *store.Tx) (op.Answer, error) {
	user, err := bound(m, "systemuser")
	if err != nil {
		return op.Answer{}, err
	}
	return one(ctx, call, m, tx, op.Key{Table: call.Model.Table("usersettings"), ID: user.ID})
}

// exchangeRate tells a currency's rate to the base currency.
func exchangeRate(ctx context.Context, call engine.Call, m *op.Message, tx *store.Tx) (op.Answer, error) {
	t := call.Model.Table("transactioncurrency")
	id, err := guid(m, "TransactionCurrencyId")
	if err != nil {
		return op.Answer{}, err
	}
	rate, err := engine.Value(ctx, call, tx, op.Key{Table: t, ID: id}, t.Column("exchangerate"))
	if err != nil {
		return op.Answer{}, err
	}
	return op.Answer{Type: m.Name + "Response", Members: []op.Member{{Name: "ExchangeRate", Value: rate.Float()}}}, nil
}

// packVersion tells the version of a language pack: the environment's own, of the one
// language that there is.
func (e Environment) packVersion(_ context.Context, _ engine.Call, m *op.Message, _ *store.Tx) (op.Answer, error) {
	language, ok := m.Argument("Language").(int64)
	switch {
	case m.Argument("Language") == nil:
		return op.Answer{}, missingArgument("Language")
	case !ok:
		return op.Answer{}, badArgument("Language")
	case language != meta.BaseLanguage:
		return op.Answer{}, dverr.InvalidArgument.Text("The language pack for the language %d is not installed.", language)
	}
	return op.Answer{Type: m.Name + "Response", Members: []op.Member{{Name: "PackVersion", Value: e.Version}}}, nil
}

// stateTransition tells whether a row could take a state, by its name, with a status of it.
func stateTransition(ctx context.Context, call engine.Call, m *op.Message, tx *store.Tx) (op.Answer, error) {
	target, err := row(m, "Entity")
	if err != nil {
		return op.Answer{}, err
	}
	state, named := m.Argument("NewState").(string)
	status, numbered := m.Argument("NewStatus").(int64)
	switch {
	case m.Argument("NewState") == nil:
		return op.Answer{}, missingArgument("NewState")
	case m.Argument("NewStatus") == nil:
		return op.Answer{}, missingArgument("NewStatus")
	case !named:
		return op.Answer{}, badArgument("NewState")
	case !numbered:
		return op.Answer{}, badArgument("NewStatus")
	}
	if err := engine.Sees(ctx, call, tx, target, meta.Read); err != nil {
		return op.Answer{}, err
	}
	valid := engine.ValidState(target.Table, state, status)
	return op.Answer{Type: m.Name + "Response", Members: []op.Member{{Name: "IsValid", Value: valid}}}, nil
}

// assign gives a row another owner, as an update of its owner does.
func assign(w *engine.Work, m *op.Message) (op.Answer, error) {
	target, err := row(m, "Target")
	if err != nil {
		return op.Answer{}, err
	}
	to, err := owner(w, m, "Assignee")
	if err != nil {
		return op.Answer{}, err
	}
	c := target.Table.Column("ownerid")
	if c == nil || target.Table.Ownership != meta.UserOwned {
		return op.Answer{}, dverr.InvalidArgument.Text("The Assign message is not supported for the entity '%s'.", target.Table.LogicalName)
	}
	_, err = w.Do(&op.Update{Key: target, Mode: op.UpdateOnly, Values: []op.Assignment{op.Bind(c, to)}})
	return op.Answer{}, err
}
