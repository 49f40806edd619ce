package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/sqlgen"
	"github.com/stead-s2s/stead/internal/sqldb"
)

// Answer is what one of several questions was answered: its rows, copied out.
type Answer struct {
	Shape *query.Shape
	Rows  []query.Row
}

// Together asks several granted questions, of a server all at once. They are without
// counts and without collections in their rows.
func (tx *Tx) Together(ctx context.Context, questions ...access.Granted) ([]Answer, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	plans, asks := make([]sqlgen.Plan, len(questions)), make([]sqldb.Ask, len(questions))
	for i, g := range questions {
		plan, err := sqlgen.Compile(g, tx.s.dialect)
		if err != nil {
			return nil, err
		}
		if plan.Count != nil || len(plan.Children) > 0 {
			return nil, errors.New("together with others a question has no count and no collections")
		}
		apart := Tx{given: tx.given} // the arguments of all are needed at once
		plans[i], asks[i] = plan, sqldb.Ask{SQL: plan.SQL, Args: apart.bind(plan.Args)}
	}
	all, err := tx.conn.QueryAll(asks)
	if err != nil {
		return nil, fmt.Errorf("ask: %w", err)
	}
	answers := make([]Answer, len(all))
	for i, rows := range all {
		c := &cursor{tx: tx, plan: plans[i], rows: rows, columns: rows.Columns()}
		var k keeper
		for c.next() {
			answers[i].Rows = append(answers[i].Rows, k.keep(rows, c.columns, 0))
		}
		answers[i].Shape = plans[i].Shape
		if err := rows.Close(); err != nil {
			return nil, fmt.Errorf("ask: %w", err)
		}
	}
	return answers, nil
}

// Far reports that each question costs a journey to a server, so that it pays to ask
// early. It is false when the transaction's function runs again because what it learned
// early did not hold (Send, SendOne).
func (tx *Tx) Far() bool { return tx.conn.Far() }
