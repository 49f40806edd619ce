package oteltrace_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/tracing"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/stead-s2s/stead/dataverse"
	"github.com/stead-s2s/stead/dataverse/oteltrace"
	"github.com/stead-s2s/stead/steadtest"
)

// A method is a span, its requests are spans below it, and neither holds the data of queries.
func TestSpans(t *testing.T) {
	spans := tracetest.NewSpanRecorder()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans))
	world := steadtest.Start(t, nil)
	options := &dataverse.ClientOptions{ClientOptions: world.ClientOptions()}
	options.TracingProvider = oteltrace.NewProvider(provider)
	c, err := dataverse.NewClient(world.URL, world.Credential(steadtest.Administrator), options)
	if err != nil {
		t.Fatal(err)
	}
	accounts := dataverse.Table[dataverse.Row](c, "accounts")
	if _, err := accounts.Count(t.Context(), dataverse.Where("name").Eq("Private")); err != nil {
		t.Fatal(err)
	}
	if _, err := accounts.Get(t.Context(), dataverse.NewID(), nil); err == nil {
		t.Fatal("a row that is not")
	}
	var count, get, try sdktrace.ReadOnlySpan
	for _, s := range spans.Ended() {
		if strings.Contains(fmt.Sprint(s.Attributes()), "Private") {
			t.Errorf("%s holds data: %v", s.Name(), s.Attributes())
		}
		switch {
		case strings.HasSuffix(s.Name(), "Count accounts"):
			count = s
		case strings.HasSuffix(s.Name(), "Get accounts"):
			get = s
		case s.Name() == "HTTP GET":
			try = s
		}
	}
	if count == nil || get == nil || try == nil {
		t.Fatalf("%d spans are not all", len(spans.Ended()))
	}
	if count.Status().Code == codes.Error || get.Status().Code != codes.Error {
		t.Errorf("count %v, get %v", count.Status(), get.Status())
	}
	if try.Parent().SpanID() != get.SpanContext().SpanID() || try.SpanKind() != trace.SpanKindClient || !strings.Contains(fmt.Sprint(try.Attributes()), "404") {
		t.Errorf("the try %v below %v: %v", try.SpanKind(), try.Parent(), try.Attributes())
	}
}

// Every type, kind and status has its like on the other side.
func TestTranslation(t *testing.T) {
	spans := tracetest.NewSpanRecorder()
	tracer := oteltrace.NewProvider(sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans))).NewTracer("m", "v1")
	kinds := map[tracing.SpanKind]trace.SpanKind{tracing.SpanKindInternal: trace.SpanKindInternal, tracing.SpanKindServer: trace.SpanKindServer,
		tracing.SpanKindClient: trace.SpanKindClient, tracing.SpanKindProducer: trace.SpanKindProducer, tracing.SpanKindConsumer: trace.SpanKindConsumer}
	for from, to := range kinds {
		ctx, span := tracer.Start(t.Context(), "s", &tracing.SpanOptions{Kind: from, Attributes: []tracing.Attribute{
			{Key: "a", Value: "x"}, {Key: "b", Value: true}, {Key: "c", Value: 1}, {Key: "d", Value: int64(2)}, {Key: "e", Value: 1.5}, {Key: "f", Value: []int{3}}}})
		within := tracer.SpanFromContext(ctx)
		within.AddEvent("event")
		span.SetStatus(tracing.SpanStatusOK, "")
		span.End()
		ended := spans.Ended()
		got := ended[len(ended)-1]
		if got.SpanKind() != to || len(got.Events()) != 1 || got.Status().Code != codes.Ok || got.InstrumentationScope().Version != "v1" {
			t.Errorf("%v: %v", from, got)
		}
		want := []attribute.KeyValue{attribute.String("a", "x"), attribute.Bool("b", true), attribute.Int("c", 1), attribute.Int64("d", 2),
			attribute.Float64("e", 1.5), attribute.String("f", "[3]")}
		if !reflect.DeepEqual(got.Attributes(), want) {
			t.Errorf("%v", got.Attributes())
		}
	}
}
