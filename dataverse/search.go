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
	Fuzzy   bool           `json:"fuzzy,omitempty"` // forgive a mistake: for Suggest and Autocomplete
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
	return found, c.search(ctx, "searchquery", s, &found)
}

// Suggestion is a row that somebody may mean who has begun to write.
type Suggestion struct {
	Text       string // of the row, what was written between {crmhit} and {/crmhit}
	ID         ID
	Table      string
	Attributes Row // of the row
}

// Suggest gives rows for the beginning of a text, of at least three characters. Of the search Top
// (five, unless given), Tables, Filter, OrderBy and Fuzzy count.
func (c *Client) Suggest(ctx context.Context, s Search) (all []Suggestion, err error) {
	ctx, end := c.span(ctx, "Suggest")
	defer func() { end(err) }()
	var found struct {
		Value []struct {
			Text     string
			Document Row
		}
	}
	if err := c.search(ctx, "searchsuggest", s, &found); err != nil {
		return nil, err
	}
	for _, v := range found.Value {
		all = append(all, Suggestion{Text: v.Text, ID: v.Document.ID("@search.objectid"), Table: v.Document.String("@search.entityname"), Attributes: v.Document})
	}
	return all, nil
}

// Autocomplete gives the word that a text may go on to be, what was written between {crmhit} and
// {/crmhit}; "" if none. Of the search Tables, Filter and Fuzzy count.
func (c *Client) Autocomplete(ctx context.Context, s Search) (text string, err error) {
	ctx, end := c.span(ctx, "Autocomplete")
	defer func() { end(err) }()
	var found struct{ Value string }
	err = c.search(ctx, "searchautocomplete", s, &found)
	return found.Value, err
}

// search sends one of the messages. Their answers are texts of JSON, within JSON, which may hold an
// error though the status is 200.
func (c *Client) search(ctx context.Context, message string, s Search, found any) error {
	body, err := s.body()
	if err != nil {
		return err
	}
	a, err := c.send(ctx, request{method: http.MethodPost, path: message, body: body, repeatable: true})
	if err != nil {
		return err
	}
	var outer struct {
		Response string `json:"response"`
	}
	if err := a.into(&outer); err != nil {
		return err
	}
	var failed struct {
		Error *struct{ Code, Message string }
	}
	if err = json.Unmarshal([]byte(outer.Response), &failed); err == nil {
		err = json.Unmarshal([]byte(outer.Response), found)
	}
	if err != nil {
		return fmt.Errorf("dataverse: read what was found: %w", err)
	}
	if failed.Error != nil {
		return fmt.Errorf("dataverse: %s: %s: %s", message, failed.Error.Code, failed.Error.Message)
	}
	return nil
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
