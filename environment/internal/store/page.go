package store

import (
	"context"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/sqlgen"
	"github.com/stead-s2s/stead/internal/sqldb"
)

// Page starts a granted question. Its rows stream inside the transaction and can be
// gone through once; a row is valid until the next is asked for.
func (tx *Tx) Page(ctx context.Context, g access.Granted) (query.Page, error) {
	q, err := tx.s.Prepare(g)
	if err != nil {
		return query.Page{}, err
	}
	return tx.PageOf(ctx, q)
}

// PageOf is Page for a question that was made ready before.
func (tx *Tx) PageOf(ctx context.Context, q *Question) (page query.Page, err error) {
	if err := ctx.Err(); err != nil {
		return query.Page{}, err
	}
	plan := q.plan
	page.Shape = plan.Shape
	if plan.Count != nil {
		if page.Count, page.CountCapped, err = tx.count(plan); err != nil {
			return query.Page{}, err
		}
	}
	rows, err := tx.query(plan.SQL, plan.Args)
	if err != nil {
		return query.Page{}, err
	}
	c := &cursor{tx: tx, plan: plan, rows: rows, columns: rows.Columns()}
	if plan.Total > 0 {
		page.Count, page.CountCapped = c.total()
	}
	page.More = func() bool { return c.more }
	page.Rows = c.stream
	if len(plan.Children) > 0 {
		page.Rows = c.streamWithCollections
	}
	return page, nil
}

// count runs the capped count.
func (tx *Tx) count(plan sqlgen.Plan) (n int64, capped bool, err error) {
	rows, err := tx.query(plan.Count.SQL, plan.Count.Args)
	if err != nil {
		return 0, false, err
	}
	defer rows.Close()
	if rows.Next() {
		n = rows.Int(0)
	}
	n, capped = capAt(n, plan.CountLimit)
	return n, capped, rows.Err()
}

func capAt(n int64, limit int) (int64, bool) {
	if limit > 0 && n > int64(limit) {
		return int64(limit), true
	}
	return n, false
}

// One gives the first row of a granted question, copied out with its collections,
// and its shape; a nil row when there is none.
func (tx *Tx) One(ctx context.Context, g access.Granted) (query.Row, *query.Shape, error) {
	q, err := tx.s.Prepare(g)
	if err != nil {
		return nil, nil, err
	}
	return tx.OneOf(ctx, q, meta.ID{})
}

// OneOf is One for a question that was made ready before; id stands where query.Given
// does.
func (tx *Tx) OneOf(ctx context.Context, q *Question, id meta.ID) (query.Row, *query.Shape, error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	plan := q.plan
	tx.given = id
	rows, err := tx.query(plan.SQL, plan.Args)
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	if !rows.Next() {
		return nil, plan.Shape, rows.Err()
	}
	var k keeper
	row := k.keep(rows, rows.Columns(), len(plan.Children))
	if len(plan.Children) > 0 {
		if err := tx.collect(plan.Children, []*kept{row}); err != nil {
			return nil, nil, err
		}
	}
	return row, plan.Shape, nil
}

// Show hands the row of a question that was made ready before to fn, as it stands under the cursor: nothing is copied,
// unless the row has collections. id stands where query.Given does. It reports whether there is such a row; fn's error
// is returned as it is. The row is fn's until it returns.
func (tx *Tx) Show(ctx context.Context, q *Question, id meta.ID, fn func(query.Row, *query.Shape) error) (found bool, err error) {
	if len(q.plan.Children) > 0 {
		row, shape, err := tx.OneOf(ctx, q, id)
		if row == nil || err != nil {
			return false, err
		}
		return true, fn(row, shape)
	}
	if err := ctx.Err(); err != nil {
		return false, err
	}
	tx.given = id
	rows, err := tx.query(q.plan.SQL, q.plan.Args)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	if !rows.Next() {
		return false, rows.Err()
	}
	return true, fn(live{rows}, q.plan.Shape)
}

// cursor goes through the rows of a plan.
type cursor struct {
	tx   *Tx
	plan sqlgen.Plan
	rows *sqldb.Rows

	columns int
	seen    int
	ahead   bool // the next row is under the cursor already
	more    bool
}

// total reads of the first group how many rows all are of. A failure comes again when the
// rows are gone through.
func (c *cursor) total() (n int64, capped bool) {
	if c.ahead = c.rows.Next(); !c.ahead {
		return 0, false
	}
	return capAt(c.rows.Int(c.plan.Total), c.plan.CountLimit)
}

// next goes to the next row to hand out. The row beyond the limit is not handed out:
// it says that there are more.
func (c *cursor) next() bool {
	if !c.ahead && !c.rows.Next() {
		return false
	}
	c.ahead = false
	if c.plan.Limit > 0 && c.seen == c.plan.Limit {
		c.more = true
		c.rows.Close()
		return false
	}
	c.seen++
	return true
}

func (c *cursor) stream(yield func(query.Row, error) bool) {
	defer c.rows.Close()
	row := live{c.rows}
	for c.next() {
		if !yield(row, nil) {
			return
		}
	}
	if err := c.rows.Err(); err != nil {
		yield(nil, err)
	}
}

// streamWithCollections copies rows out in chunks, because a chunk's collections are
// fetched together.
func (c *cursor) streamWithCollections(yield func(query.Row, error) bool) {
	defer c.rows.Close()
	for {
		chunk := c.chunk()
		err := c.rows.Err()
		if err == nil {
			err = c.tx.collect(c.plan.Children, chunk)
		}
		if err != nil {
			yield(nil, err)
			return
		}
		for _, row := range chunk {
			if !yield(row, nil) {
				return
			}
		}
		if len(chunk) < sqlgen.Chunk {
			return
		}
	}
}

// chunk copies the next rows; fewer than a full chunk are the last.
func (c *cursor) chunk() []*kept {
	var k keeper
	var out []*kept
	for len(out) < sqlgen.Chunk && c.next() {
		out = append(out, k.keep(c.rows, c.columns, len(c.plan.Children)))
	}
	return out
}

// collect fetches the collections of parents, and theirs.
func (tx *Tx) collect(plans []sqlgen.ChildPlan, parents []*kept) error {
	for i := range plans {
		for from := 0; from < len(parents); from += sqlgen.Chunk {
			some := parents[from:min(from+sqlgen.Chunk, len(parents))]
			if err := tx.collectOne(&plans[i], some); err != nil {
				return err
			}
		}
	}
	return nil
}

// family is the parents of one key (the same row may stand under several rows when
// expands nest) and their children.
type family struct{ rows []query.Row }

func (tx *Tx) collectOne(plan *sqlgen.ChildPlan, parents []*kept) error {
	families := make(map[meta.ID]*family, len(parents))
	keys := make([]query.Value, 0, len(parents))
	for _, p := range parents {
		if p.Null(plan.Parent) {
			continue
		}
		id := meta.ID(p.Bytes(plan.Parent))
		if families[id] == nil {
			families[id] = &family{}
			keys = append(keys, query.GUID(id))
		}
	}
	children, more, err := tx.related(plan, keys, families)
	if err != nil {
		return err
	}
	if more {
		plan.In.Children[plan.Child].More = true
	}
	for _, p := range parents {
		if !p.Null(plan.Parent) {
			p.children[plan.At] = families[meta.ID(p.Bytes(plan.Parent))].rows
		}
	}
	return tx.collect(plan.Children, children)
}

// related reads the children of these keys into their families, no more than the
// limit each, and tells whether some were left out.
func (tx *Tx) related(plan *sqlgen.ChildPlan, keys []query.Value, families map[meta.ID]*family) (all []*kept, more bool, err error) {
	if len(keys) == 0 {
		return nil, false, nil
	}
	st, err := plan.For(keys)
	if err != nil {
		return nil, false, err
	}
	rows, err := tx.query(st.SQL, st.Args)
	if err != nil {
		return nil, false, err
	}
	defer rows.Close()
	var k keeper
	for rows.Next() {
		f := families[meta.ID(rows.Blob(0))]
		if plan.Limit > 0 && len(f.rows) == plan.Limit {
			more = true
			continue
		}
		row := k.keep(rows, rows.Columns(), len(plan.Children))
		f.rows = append(f.rows, row)
		all = append(all, row)
	}
	return all, more, rows.Err()
}
