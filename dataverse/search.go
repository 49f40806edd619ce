package dataverse

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
)

// Search is a search over the texts of many tables. Only Text is needed.
type Search struct {
	Text    string         `json:"search"`
	Tables  []SearchTable  `json:"-"`
	Filter  string         `json:"filter,omitempty"`
	OrderBy []string       `json:"-"`
	Facets  []string       `json:"-"`
	Top     int            `json:"top,omitempty"`
	Skip    int            `json:"skip,omitempty"`
	Count   bool           `json:"count,omitempty"` // tell how many there are in all
	Options *SearchOptions `json:"-"`
}

// SearchTable narrows a search to a table, and there to columns.
type SearchTable struct {
	Name    string   `json:"name"` // logical name
	Select  []string `json:"selectColumns,omitempty"`
	Columns []string `json:"searchColumns,omitempty"`
	Filter  string   `json:"filter,omitempty"`
}

// SearchOptions say how the text is understood.
type SearchOptions struct {
	QueryType  string `json:"querytype,omitempty"`  // simple or lucene
	SearchMode string `json:"searchmode,omitempty"` // any or all
}

// Found is what a search found.
type Found struct {
	Hits   []Hit                      `json:"Value"`
	Count  int64                      // of all hits, if asked for; negative if not
	Facets map[string]json.RawMessage // as the server gives them
}

// Hit is one row found.
type Hit struct {
	ID         ID                  `json:"Id"`
	Table      string              `json:"EntityName"`
	Attributes Row                 // of the row
	Highlights map[string][]string // where the text is, by column
	Score      float64
}

// Search searches the texts of the environment. The service allows one search a second per user.
func (c *Client) Search(ctx context.Context, s Search) (found Found, err error) {
	ctx, end := c.span(ctx, "Search")
	defer func() { end(err) }()
	body, err := s.body()
	if err != nil {
		return found, err
	}
	a, err := c.send(ctx, request{method: http.MethodPost, path: "searchquery", body: body, repeatable: true})
	if err != nil {
		return found, err
	}
	var outer struct {
		Response string `json:"response"`
	}
	if err := a.into(&outer); err != nil {
		return found, err
	}
	if err := json.Unmarshal([]byte(outer.Response), &found); err != nil {
		return found, fmt.Errorf("dataverse: read what was found: %w", err)
	}
	return found, nil
}

// body writes the search. Its lists are texts of JSON within the JSON.
func (s Search) body() ([]byte, error) {
	wire := struct {
		Search
		Tables  string `json:"entities,omitempty"`
		OrderBy string `json:"orderby,omitempty"`
		Facets  string `json:"facets,omitempty"`
		Options string `json:"options,omitempty"`
	}{Search: s}
	for place, list := range map[*string]any{&wire.Tables: s.Tables, &wire.OrderBy: s.OrderBy, &wire.Facets: s.Facets, &wire.Options: s.Options} {
		text, err := json.Marshal(list)
		if err != nil {
			return nil, err
		}
		if string(text) != "null" {
			*place = string(text)
		}
	}
	return json.Marshal(wire)
}
