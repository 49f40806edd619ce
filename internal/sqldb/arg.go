package sqldb

import "github.com/ncruces/go-sqlite3"

// Kind is the storage class of one value, as the engine holds it.
type Kind uint8

// The five storage classes.
const (
	KindNull Kind = iota
	KindInt
	KindFloat
	KindText
	KindBlob
)

// String names the kind as SQL does.
func (k Kind) String() string {
	switch k {
	case KindInt:
		return "integer"
	case KindFloat:
		return "real"
	case KindText:
		return "text"
	case KindBlob:
		return "blob"
	}
	return "null"
}

// Arg is one argument of a statement. The zero value is NULL.
type Arg struct {
	text  string
	blob  []byte
	num   int64
	float float64
	kind  Kind
}

// Null is the argument NULL.
func Null() Arg { return Arg{} }

// Int is an integer argument.
func Int(v int64) Arg { return Arg{kind: KindInt, num: v} }

// Float is a floating-point argument; the engine stores NaN as NULL.
func Float(v float64) Arg { return Arg{kind: KindFloat, float: v} }

// Text is a text argument; v must be UTF-8.
func Text(v string) Arg { return Arg{kind: KindText, text: v} }

// Blob is an argument of raw bytes; nil is the empty blob, not NULL. The bytes are copied when the statement is run.
func Blob(v []byte) Arg { return Arg{kind: KindBlob, blob: v} }

// Kind is the storage class the argument is bound as.
func (a Arg) Kind() Kind { return a.kind }

// bind gives the argument to the engine as parameter i, counted from 1.
func (a *Arg) bind(st *sqlite3.Stmt, i int) error {
	switch a.kind {
	case KindInt:
		return st.BindInt64(i, a.num)
	case KindFloat:
		return st.BindFloat(i, a.float)
	case KindText:
		return st.BindText(i, a.text)
	case KindBlob:
		return st.BindBlob(i, a.blob)
	}
	return st.BindNull(i)
}

// size is the number of bytes that stay with the statement until its next use.
func (a *Arg) size() int { return len(a.text) + len(a.blob) }
