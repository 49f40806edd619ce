package web

import (
	"context"
	"log/slog"
	"slices"
)

type noteKey struct{}

// Note gives a context whose request's event begins with facts that are known before the house is reached. What stands
// in front of a house has no other way to tell: the event is opened inside.
func Note(ctx context.Context, attrs ...slog.Attr) context.Context {
	return context.WithValue(ctx, noteKey{}, slices.Concat(notes(ctx), attrs))
}

// notes are what was noted; nobody else holds the slice.
func notes(ctx context.Context) []slog.Attr {
	attrs, _ := ctx.Value(noteKey{}).([]slog.Attr)
	return slices.Clip(attrs)
}
