package fetchxml

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/dverr"
)

// The limits on the text itself. A URL holds 32 KB and a part of a batch 64 KB
// (Dataverse facts 5.1), so that nothing honest meets them.
const (
	maxText     = 256 << 10
	maxDepth    = 40
	maxElements = 10000
)

// element is one element of the text as it stands, before anything is known of it.
type element struct {
	name       string
	attributes []xml.Attr
	children   []*element
	text       string
	line, col  int
}

// readXML reads the one element of the text. Comments and instructions are passed
// over; a document type, and with it every entity of the client's own, is refused.
func readXML(text string) (*element, error) {
	if strings.TrimSpace(text) == "" {
		return nil, dverr.FetchEmpty.With()
	}
	if len(text) > maxText {
		return nil, dverr.PayloadTooLarge.With("The fetchXml query exceeds the maximum length.")
	}
	r := reader{d: xml.NewDecoder(strings.NewReader(text))}
	if err := r.read(); err != nil {
		return nil, err
	}
	if r.root == nil {
		return nil, dverr.FetchNoDocument.With()
	}
	return r.root, nil
}

type reader struct {
	d     *xml.Decoder
	root  *element
	open  []*element
	count int
}

func (r *reader) read() error {
	for {
		line, col := r.d.InputPos()
		token, err := r.d.Token()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return badXML(line, col, wrong(err))
		}
		switch t := token.(type) {
		case xml.StartElement:
			err = r.start(t, line, col)
		case xml.EndElement:
			r.open = r.open[:len(r.open)-1]
		case xml.CharData:
			err = r.chars(string(t), line, col)
		case xml.Directive:
			err = badXML(line, col, "document types are not allowed")
		}
		if err != nil {
			return err
		}
	}
}

func (r *reader) start(t xml.StartElement, line, col int) error {
	e := &element{name: t.Name.Local, attributes: t.Copy().Attr, line: line, col: col}
	r.count++
	switch {
	case t.Name.Space != "":
		return e.refuse("namespaces are not allowed")
	case len(r.open) >= maxDepth:
		return e.refuse("elements are nested too deeply")
	case r.count > maxElements:
		return e.refuse("there are too many elements")
	case len(r.open) == 0 && r.root != nil:
		return badXML(line, col, "there is more than one element at the top")
	case len(r.open) == 0:
		r.root = e
	default:
		in := r.open[len(r.open)-1]
		in.children = append(in.children, e)
	}
	r.open = append(r.open, e)
	return nil
}

func (r *reader) chars(text string, line, col int) error {
	if len(r.open) > 0 {
		r.open[len(r.open)-1].text += text
		return nil
	}
	if strings.Trim(text, " \t\r\n\ufeff") != "" {
		return badXML(line, col, "text outside of the element")
	}
	return nil
}

func wrong(err error) string {
	var syntax *xml.SyntaxError
	if errors.As(err, &syntax) {
		return syntax.Msg
	}
	return err.Error()
}

// badXML refuses what is no XML. Lines and columns count from 1.
func badXML(line, col int, why string) error {
	return dverr.InvalidArgument.Text("Invalid XML. Line %d, position %d: %s.", line, col, why)
}

// refuse refuses an element that FetchXML does not have, or not there.
func (e *element) refuse(why string) error {
	return e.fail(dverr.FetchBadNode).Helping("%s: element '%s', %s", e.place(), e.name, why)
}

// fail refuses in the words of the catalogue and tells where in the help.
func (e *element) fail(entry dverr.Entry, args ...any) *dverr.Error {
	return entry.With(args...).Helping("%s: element '%s'", e.place(), e.name)
}

func (e *element) place() string { return fmt.Sprintf("line %d, position %d", e.line, e.col) }
