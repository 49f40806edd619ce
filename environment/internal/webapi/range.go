package webapi

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/file"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/odata"
)

// holderOf is the path's column where the column itself holds the id of its content: a
// picture is deleted like any other value.
func holderOf(p odata.Path) *meta.Column {
	if p.Column.Kind == meta.File {
		return p.Column
	}
	return nil
}

// readContentRange reads "bytes 0-4194303/25870370": which part of a content a chunk is.
func readContentRange(text string) (file.Range, error) {
	bad := dverr.InvalidArgument.Text("The Content-Range header '%s' is not valid.", text)
	rest, ok := strings.CutPrefix(text, "bytes ")
	span, size, sized := strings.Cut(rest, "/")
	first, last, spanned := strings.Cut(span, "-")
	if !ok || !sized || !spanned {
		return file.Range{}, bad
	}
	var r file.Range
	for _, n := range []struct {
		to   *int64
		text string
	}{{&r.First, first}, {&r.Last, last}, {&r.Size, size}} {
		if *n.to, ok = digits(n.text); !ok {
			return file.Range{}, bad
		}
	}
	if r.Last < r.First || r.Last >= r.Size {
		return file.Range{}, bad
	}
	return r, nil
}

// digits reads a number of up to 15 digits, without sign or blanks.
func digits(text string) (int64, bool) {
	if text == "" || len(text) > 15 || strings.Trim(text, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil
}

// span reads the Range header of a download of size bytes: "bytes=0-99", "bytes=100-",
// "bytes=-10". What is no such header, and lists of ranges, ask for all (RFC 9110 14.2);
// what lies behind the end is refused with 416.
func span(text string, size int64) (file.Range, int, error) {
	all := file.Range{First: 0, Last: size - 1, Size: size}
	asked, ok := strings.CutPrefix(text, "bytes=")
	first, last, spanned := strings.Cut(strings.TrimSpace(asked), "-")
	if !ok || !spanned || strings.Contains(asked, ",") {
		return all, http.StatusOK, nil
	}
	from, hasFrom := digits(first)
	to, hasTo := digits(last)
	switch {
	case hasFrom && hasTo && to < from, !hasFrom && first != "", !hasTo && last != "", !hasFrom && !hasTo:
		return all, http.StatusOK, nil
	case !hasFrom:
		from, to = max(0, size-to), size-1
	case !hasTo:
		to = size - 1
	}
	if from >= size {
		return all, 0, dverr.FileRangeUnsatisfied.With()
	}
	return file.Range{First: from, Last: min(to, size-1), Size: size}, http.StatusPartialContent, nil
}
