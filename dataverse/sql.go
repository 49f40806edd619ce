package dataverse

import (
	"context"
	"errors"
	"iter"
	"reflect"
	"strings"
)

// SQL gives the rows of a SELECT in the service's subset of SQL, which only reads. The statement is sent as
// it is: put no values of strangers into it, other than by [SQLText].
func (c *Client) SQL(ctx context.Context, statement string) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		p, err := c.sqlPages(ctx, statement)
		if err == nil {
			err = p.all(ctx, yield)
		}
		if err != nil {
			yield(nil, err)
		}
	}
}

func (c *Client) sqlPages(ctx context.Context, statement string) (*pages[Row], error) {
	table, found := tableIn(statement)
	if !found {
		return nil, errors.New("dataverse: the SQL names no table behind FROM")
	}
	set, err := c.setOf(ctx, table)
	if err != nil {
		return nil, err
	}
	codec, err := c.codecOf(reflect.TypeFor[Row]())
	return &pages[Row]{client: c, codec: codec, path: set + "?sql=" + escape(statement), left: -1}, err
}

// SQLText gives a text as a literal of SQL.
func SQLText(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

// tableIn finds the table behind the first FROM that is not within a text.
func tableIn(statement string) (string, bool) {
	var outside strings.Builder
	for i, part := range strings.Split(statement, "'") {
		if i%2 == 0 {
			outside.WriteString(part)
		} else {
			outside.WriteString(" ? ")
		}
	}
	words := strings.Fields(outside.String())
	for i, word := range words[:max(0, len(words)-1)] {
		if strings.EqualFold(word, "from") {
			table := strings.ToLower(strings.Trim(words[i+1], "[]\";,()"))
			if isName(table) {
				return table, true
			}
		}
	}
	return "", false
}
