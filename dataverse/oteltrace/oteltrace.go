package oteltrace

import (
	"context"
	"fmt"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/tracing"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// NewProvider gives azcore's view of a provider of OpenTelemetry: the TracingProvider of a client's
// options.
func NewProvider(p trace.TracerProvider) tracing.Provider {
	return tracing.NewProvider(func(name, version string) tracing.Tracer {
		t := p.Tracer(name, trace.WithInstrumentationVersion(version))
		return tracing.NewTracer(
			func(ctx context.Context, name string, o *tracing.SpanOptions) (context.Context, tracing.Span) {
				ctx, span := t.Start(ctx, name, trace.WithSpanKind(kindOf(o.Kind)), trace.WithAttributes(attributesOf(o.Attributes)...))
				return ctx, spanOf(span)
			},
			&tracing.TracerOptions{SpanFromContext: func(ctx context.Context) tracing.Span { return spanOf(trace.SpanFromContext(ctx)) }},
		)
	}, nil)
}

func spanOf(s trace.Span) tracing.Span {
	return tracing.NewSpan(tracing.SpanImpl{
		End:           func() { s.End() },
		SetAttributes: func(a ...tracing.Attribute) { s.SetAttributes(attributesOf(a)...) },
		AddEvent: func(name string, a ...tracing.Attribute) {
			s.AddEvent(name, trace.WithAttributes(attributesOf(a)...))
		},
		SetStatus: func(status tracing.SpanStatus, text string) { s.SetStatus(statusOf(status), text) },
	})
}

// kindOf goes by name: the numbers of the two sides differ.
func kindOf(k tracing.SpanKind) trace.SpanKind {
	switch k {
	case tracing.SpanKindServer:
		return trace.SpanKindServer
	case tracing.SpanKindClient:
		return trace.SpanKindClient
	case tracing.SpanKindProducer:
		return trace.SpanKindProducer
	case tracing.SpanKindConsumer:
		return trace.SpanKindConsumer
	}
	return trace.SpanKindInternal
}

func statusOf(s tracing.SpanStatus) codes.Code {
	switch s {
	case tracing.SpanStatusError:
		return codes.Error
	case tracing.SpanStatusOK:
		return codes.Ok
	}
	return codes.Unset
}

func attributesOf(list []tracing.Attribute) []attribute.KeyValue {
	all := make([]attribute.KeyValue, 0, len(list))
	for _, a := range list {
		all = append(all, attributeOf(a))
	}
	return all
}

// attributeOf keeps the types that OpenTelemetry has and prints the others.
func attributeOf(a tracing.Attribute) attribute.KeyValue {
	switch v := a.Value.(type) {
	case string:
		return attribute.String(a.Key, v)
	case bool:
		return attribute.Bool(a.Key, v)
	case int:
		return attribute.Int(a.Key, v)
	case int64:
		return attribute.Int64(a.Key, v)
	case float64:
		return attribute.Float64(a.Key, v)
	}
	return attribute.String(a.Key, fmt.Sprint(a.Value))
}
