package content

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// longest is longer than any content.
const longest = 1 << 40

// folds says where bodies are in the rows of a shape: in cells, and in the rows of
// collections by their number.
type folds struct {
	cells    []int
	children map[int]*folds
}

// foldsOf finds the bodies of a shape; nil when it has none, as most have.
func foldsOf(s *query.Shape) *folds {
	var f folds
	f.add(s)
	if f.cells == nil && f.children == nil {
		return nil
	}
	return &folds{f.cells, f.children}
}

func (f *folds) add(s *query.Shape) {
	for _, field := range s.Fields {
		if field.Column != nil && field.Column.Body {
			f.cells = append(f.cells, field.Value)
		}
	}
	for _, child := range s.Children {
		if child.Nav.Single {
			f.add(child.Shape)
		} else if inner := foldsOf(child.Shape); inner != nil {
			if f.children == nil {
				f.children = map[int]*folds{}
			}
			f.children[child.At] = inner
		}
	}
}

// Unfold puts bodies in place of the ids that rows hold, one row at a time.
func (k *Keeper) Unfold(ctx context.Context, p *query.Page) {
	if p == nil || p.Shape == nil {
		return
	}
	f := foldsOf(p.Shape)
	if f == nil {
		return
	}
	folded := p.Rows
	p.One = nil
	p.Rows = func(yield func(query.Row, error) bool) {
		for row, err := range folded {
			if err == nil {
				row, err = k.unfolded(ctx, row, f)
			}
			if !yield(row, err) || err != nil {
				return
			}
		}
	}
}

// unfolded is a row with its bodies read.
type unfolded struct {
	query.Row
	bodies   map[int][]byte
	children map[int][]query.Row
}

// Bytes gives the cell, a body as base64.
func (u *unfolded) Bytes(cell int) []byte {
	if b, ok := u.bodies[cell]; ok {
		return b
	}
	return u.Row.Bytes(cell)
}

// Children gives the rows of a collection.
func (u *unfolded) Children(child int) []query.Row {
	if read, ok := u.children[child]; ok {
		return read
	}
	return u.Row.Children(child)
}

func (k *Keeper) unfolded(ctx context.Context, row query.Row, f *folds) (query.Row, error) {
	u := &unfolded{Row: row, bodies: map[int][]byte{}, children: map[int][]query.Row{}}
	for _, cell := range f.cells {
		if row.Null(cell) {
			continue
		}
		id, err := meta.ParseID(string(row.Bytes(cell)))
		if err != nil {
			continue // a number of rows
		}
		if u.bodies[cell], err = k.bodyOf(ctx, id); err != nil {
			return nil, err
		}
	}
	for child, inner := range f.children {
		for _, below := range row.Children(child) {
			below, err := k.unfolded(ctx, below, inner)
			if err != nil {
				return nil, err
			}
			u.children[child] = append(u.children[child], below)
		}
	}
	return u, nil
}

// bodyOf reads a content as base64.
func (k *Keeper) bodyOf(ctx context.Context, id meta.ID) ([]byte, error) {
	r, err := k.Shelf.Open(ctx, Key(id), 0, longest)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	to := base64.NewEncoder(base64.StdEncoding, &b)
	_, err = io.Copy(to, r)
	err = errors.Join(err, to.Close(), r.Close())
	return b.Bytes(), err
}

// Uncompared refuses questions that compare bodies or sort by them: rows know only
// whether they have one.
func Uncompared(s *query.Select) error {
	var bad *meta.Column
	note := func(c *meta.Column) {
		if c != nil && c.Body {
			bad = c
		}
	}
	for one := range query.Selects(s) {
		for _, o := range one.Order {
			note(o.Col.C)
		}
		query.Walk(one.Where, func(e query.Expr) bool { compared(e, note); return true })
		for _, l := range one.Links {
			query.Walk(l.On, func(e query.Expr) bool { compared(e, note); return true })
		}
	}
	if bad != nil {
		return dverr.QueryInvalid.Text("The column '%s' of '%s' holds a file: it can be compared with null only, and is no order.", bad.LogicalName, bad.Table.LogicalName)
	}
	return nil
}

// compared notes the columns whose values a condition compares.
func compared(e query.Expr, note func(*meta.Column)) {
	switch e := e.(type) {
	case query.Compare:
		note(e.Col.C)
		if e.Other != nil {
			note(e.Other.C)
		}
	case query.Match:
		note(e.Col.C)
	case query.In:
		note(e.Col.C)
	}
}
