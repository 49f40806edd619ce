package query

import (
	"github.com/stead-s2s/stead/environment/internal/meta"
)

// Value is one constant: null, or a value of one of meta's storage classes.
type Value struct {
	storage meta.Storage // 0 is null
	n       int64
	f       float64
	s       string
	id      meta.ID
	given   bool
}

// Null is the absent value.
func Null() Value { return Value{} }

// Text makes a string value.
func Text(s string) Value { return Value{storage: meta.Text, s: s} }

// Int makes an integer value; see meta.Int for what it carries.
func Int(n int64) Value { return Value{storage: meta.Int, n: n} }

// Float makes a floating-point value.
func Float(f float64) Value { return Value{storage: meta.Float, f: f} }

// GUID makes an id value.
func GUID(id meta.ID) Value { return Value{storage: meta.GUID, id: id} }

// Given stands for an id that is known when the question is put, and not when it is
// planned. A question has one such value, wherever it stands in it.
func Given() Value { return Value{storage: meta.GUID, given: true} }

// Bool makes a Boolean column's value.
func Bool(b bool) Value {
	if b {
		return Int(1)
	}
	return Int(0)
}

// Bytes makes the value of an Image column. b must not change any more.
func Bytes(b []byte) Value { return Value{storage: meta.Bytes, s: string(b)} }

// IsNull reports the absent value.
func (v Value) IsNull() bool { return v.storage == 0 }

// IsGiven reports the value that comes with the putting of the question.
func (v Value) IsGiven() bool { return v.given }

// Storage gives the class; 0 for null.
func (v Value) Storage() meta.Storage { return v.storage }

// Text gives a Text value's string.
func (v Value) Text() string { return v.s }

// Bytes gives a copy of a Bytes value's content.
func (v Value) Bytes() []byte { return []byte(v.s) }

// Int gives an Int value's number.
func (v Value) Int() int64 { return v.n }

// Float gives a Float value's number.
func (v Value) Float() float64 { return v.f }

// GUID gives a GUID value's id.
func (v Value) GUID() meta.ID { return v.id }
