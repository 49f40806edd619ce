package odata

import (
	"bytes"
	"testing"
)

// TestReadValue: bodies of writes to one property.
func TestReadValue(t *testing.T) {
	r := asAda(t)
	account := r.Model.Table("account")
	for body, want := range map[string]string{
		`{"value":"x"}`:                      "name",
		"\xef\xbb\xbf" + `{"value":null}`:    "name",
		`{"@odata.context":"y","value":"x"}`: "name",
		`{}`:                                 "",
		`{"name":"x"}`:                       "",
		`{"value":"x","value":"y"}`:          "",
		`{"value":["x"]}`:                    "",
		`"x"`:                                "",
		`{"value":"x"`:                       "",
	} {
		values, err := r.ReadValue(account.Column("name"), []byte(body))
		if (err == nil) != (want != "") || err == nil && (len(values) != 1 || values[0].Column.LogicalName != want) {
			t.Errorf("%s: %v, %v", body, values, err)
		}
	}
}

// TestReadLink: bodies of writes to /$ref.
func TestReadLink(t *testing.T) {
	r := asAda(t)
	account := r.Model.Table("account")
	for body, good := range map[string]bool{
		`{"@odata.id":"contacts(` + litware + `)"}`:                       true,
		`{"@odata.id":"` + r.Root + `contacts(` + litware + `)"}`:         true,
		`{"@odata.context":"x","@odata.id":"/contacts(` + litware + `)"}`: true,
		`{"@odata.id":""}`:         false,
		`{"@odata.id":7}`:          false,
		`{"@odata.id":"contacts"}`: false,
		`{"@odata.id":"$1"}`:       false,
		`{"contactid":"x"}`:        false,
		`{}`:                       false,
	} {
		key, err := r.ReadLink(account, []byte(body))
		if (err == nil) != good || good && (key.Table.LogicalName != "contact" || key.ID.String() != litware) {
			t.Errorf("%s: %v, %v", body, key, err)
		}
	}
}

// FuzzReadValue: no body makes the reader panic or give a value for another column.
func FuzzReadValue(f *testing.F) {
	f.Add([]byte(`{"value":12}`))
	f.Add([]byte(`{"value":"x","@odata.id":"y"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		r := asAda(t)
		c := r.Model.Table("account").Column("name")
		values, err := r.ReadValue(c, body)
		if err == nil && (len(values) != 1 || values[0].Column != c || !bytes.Contains(body, []byte("value"))) {
			t.Fatalf("%s gave %v", body, values)
		}
	})
}
