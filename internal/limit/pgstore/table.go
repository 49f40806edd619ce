package pgstore

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/stead-s2s/stead/internal/limit"
	"github.com/stead-s2s/stead/internal/limit/lease"
)

// table is the one table: its rows outlive no crash of the server, for counters may
// be lost and shall be cheap.
type table struct{ pool *pgxpool.Pool }

const (
	createTable = `CREATE UNLOGGED TABLE IF NOT EXISTS stead_limit (
		key text PRIMARY KEY, state bytea NOT NULL, expires bigint NOT NULL) WITH (fillfactor = 50)`
	// Two that create at once would both see no table: the lock makes one wait. The number is nobody else's.
	lockCreate = `SELECT pg_advisory_xact_lock(7710834421)`
	insertRow  = `INSERT INTO stead_limit (key, state, expires) VALUES ($1, '', 0) ON CONFLICT DO NOTHING`
	selectRow  = `SELECT state FROM stead_limit WHERE key = $1 FOR UPDATE`
	updateRow  = `UPDATE stead_limit SET state = $2, expires = $3 WHERE key = $1`
	sweepRows  = `DELETE FROM stead_limit WHERE expires < $1`
)

func (t table) create(ctx context.Context) error {
	return pgx.BeginFunc(ctx, t.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, lockCreate); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, createTable)
		return err
	})
}

// Tell implements lease.Far.
func (t table) Tell(ctx context.Context, c *lease.Call) (d limit.Decision, places int64, err error) {
	err = t.change(ctx, c.Key, c.At, c.Limits(), func(w *limit.Window) { d, places = c.Apply(w) })
	return d, places, err
}

// change runs fn over the row of a key, alone.
func (t table) change(ctx context.Context, key string, at time.Time, l limit.Limits, fn func(*limit.Window)) error {
	window, width, _ := l.Milliseconds()
	return pgx.BeginFunc(ctx, t.pool, func(tx pgx.Tx) error {
		w, err := load(ctx, tx, key)
		if err != nil {
			return err
		}
		fn(w)
		state, _ := w.AppendBinary(nil)
		_, err = tx.Exec(ctx, updateRow, key, state, at.UnixMilli()+2*window+width)
		return err
	})
}

// load reads the row under lock, made when there is none: one round trip for a row
// that is there.
func load(ctx context.Context, tx pgx.Tx, key string) (*limit.Window, error) {
	var state []byte
	err := tx.QueryRow(ctx, selectRow, key).Scan(&state)
	if err == pgx.ErrNoRows {
		if _, err = tx.Exec(ctx, insertRow, key); err == nil {
			err = tx.QueryRow(ctx, selectRow, key).Scan(&state)
		}
	}
	if err != nil {
		return nil, err
	}
	w := &limit.Window{}
	if err := w.UnmarshalBinary(state); err != nil {
		return nil, fmt.Errorf("read the row of %s: %w", key, err)
	}
	return w, nil
}

func (t table) sweep(ctx context.Context, at time.Time) error {
	if _, err := t.pool.Exec(ctx, sweepRows, at.UnixMilli()); err != nil {
		return fmt.Errorf("forget idle limits: %w", err)
	}
	return nil
}
