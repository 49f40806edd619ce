package edm

import (
	"bytes"
	"encoding/xml"
)

// xmlWriter writes elements whose attributes keep their order, which encoding/xml
// would need a type per element for.
type xmlWriter struct{ b bytes.Buffer }

// open starts an element; attributes are names and values in turn.
func (x *xmlWriter) open(name string, attributes ...string) {
	x.start(name, attributes)
	x.b.WriteByte('>')
}

// empty writes an element without content.
func (x *xmlWriter) empty(name string, attributes ...string) {
	x.start(name, attributes)
	x.b.WriteString(" />")
}

func (x *xmlWriter) close(name string) { x.b.WriteString("</" + name + ">") }

func (x *xmlWriter) start(name string, attributes []string) {
	x.b.WriteString("<" + name)
	for i := 0; i+1 < len(attributes); i += 2 {
		x.b.WriteString(" " + attributes[i] + `="`)
		_ = xml.EscapeText(&x.b, []byte(attributes[i+1])) // a buffer cannot fail
		x.b.WriteByte('"')
	}
}
