package edm

import (
	_ "embed"
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/stead-s2s/stead/environment/internal/meta"
)

//go:embed schema.txt
var declaration string

// Config is what the room is made of.
type Config struct {
	// Messages declares the functions and actions that are built, and the types of
	// their parameters and answers, in the language of schema.txt:
	//
	//	complex WhoAmIResponse
	//	  UserId Guid!
	//	function WhoAmI -> WhoAmIResponse
	//	action PublishXml ParameterXml:String
	//	each create CreateMultiple -> CreateMultipleResponse
	Messages string
}

// Book answers what the tables are. It is safe for concurrent use.
type Book struct {
	schema *schema
	latest atomic.Pointer[documents]
	stamps stamps
}

// documents are the two forms of $metadata of one model and its custom APIs.
type documents struct {
	model            *meta.Model
	apis             *meta.APIs
	plain, annotated []byte
}

// New reads the declarations. An error names the line.
func New(c Config) (*Book, error) {
	s, err := readSchema(declaration, c.Messages)
	if err != nil {
		return nil, fmt.Errorf("declarations of metadata: %w", err)
	}
	if err := s.resolve(); err != nil {
		return nil, err
	}
	return &Book{schema: s}, nil
}

// CSDL gives the document $metadata of a model and its custom APIs (nil: none), with annotations or without, which the
// caller must not change. It is made once for each of them.
func (b *Book) CSDL(m *meta.Model, apis *meta.APIs, annotated bool) []byte {
	d := b.latest.Load()
	if d == nil || d.model != m || d.apis != apis {
		var shown []*meta.API
		if apis != nil {
			shown = slices.DeleteFunc(slices.Clone(apis.All), func(a *meta.API) bool { return !advertised(a) })
		}
		d = &documents{model: m, apis: apis, plain: b.schema.document(m, shown, false), annotated: b.schema.document(m, shown, true)}
		b.latest.Store(d)
	}
	if annotated {
		return d.annotated
	}
	return d.plain
}

// Operations gives the names of the declared messages and which are functions.
func (b *Book) Operations() map[string]bool {
	all := map[string]bool{}
	for _, o := range b.schema.operations {
		all[o.name] = o.function
	}
	return all
}

// Binds reports that the message name is declared for a table's rows: for one of them or
// for all; with table "" for none.
func (b *Book) Binds(name, table string, one bool) bool {
	return slices.ContainsFunc(b.schema.operations, func(o operation) bool {
		return o.name == name && o.bound == table && o.all == (table != "" && !one)
	})
}
