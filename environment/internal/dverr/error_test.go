package dverr

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"strings"
	"testing"
)

func TestCode(t *testing.T) {
	for code, want := range map[Code]string{0x80040220: "0x80040220", 0: "0x0", 0x1: "0x00000001"} {
		if code.String() != want {
			t.Errorf("%d prints %s", uint32(code), code)
		}
	}
}

func TestErrorKeepsCauseFromTheWire(t *testing.T) {
	err := fmt.Errorf("create account: %w", StringTooLong.With("name", "account", 160).Because(io.ErrUnexpectedEOF).Helping("shorten %s", "it"))
	d := From(err)
	if d.Message != "A validation error occurred.  The length of the 'name' attribute of the 'account' entity exceeded the maximum allowed length of '160'." {
		t.Errorf("message %q", d.Message)
	}
	if d.Help != "shorten it" || d.HTTPStatus() != 400 || !errors.Is(err, io.ErrUnexpectedEOF) || !StringTooLong.Is(err) || UserNotMemberOfOrg.Is(err) {
		t.Errorf("lost something: %+v", d)
	}
	if !errors.Is(err, StringTooLong.With("a", "b", 1)) || errors.Is(err, UserNotMemberOfOrg.With()) {
		t.Error("errors.Is does not go by entry")
	}
}

// What nobody put into the catalogue must not show.
func TestUnknownErrorIsBland(t *testing.T) {
	d := From(errors.New("table account has no column secret"))
	if d.HTTPStatus() != 500 || strings.Contains(d.Message, "secret") || !strings.Contains(d.Error(), "secret") {
		t.Errorf("%d %q, logged as %q", d.HTTPStatus(), d.Message, d.Error())
	}
}

func TestText(t *testing.T) {
	if d := QueryInvalid.Text("The limit of '%d' rows", 5); d.Message != "The limit of '5' rows" || d.Entry != QueryInvalid {
		t.Errorf("%+v", d)
	}
}

// Every entry has a name that is its own, a status that is an error, and a
// template that With can fill: literals of Entry are read from the program text.
func TestCatalogue(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "catalogue.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		entry, ok := n.(*ast.CompositeLit)
		if !ok {
			return true
		}
		name, status := entry.Elts[1].(*ast.BasicLit).Value, entry.Elts[2].(*ast.BasicLit).Value
		if names[name] {
			t.Errorf("%s stands twice", name)
		}
		names[name] = true
		if status < "400" || status > "599" {
			t.Errorf("%s has status %s", name, status)
		}
		return true
	})
	if len(names) < 40 {
		t.Errorf("only %d entries were read", len(names))
	}
}
