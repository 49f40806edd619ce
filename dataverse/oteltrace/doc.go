// Package oteltrace shows the requests of a dataverse client as spans of OpenTelemetry.
//
//	options := &dataverse.ClientOptions{}
//	options.TracingProvider = oteltrace.NewProvider(otel.GetTracerProvider())
//
// Each method of a client is a span, each try of a request one below it, with status and the
// server's name of the request. Addresses come without the values of their queries. It serves
// every client that is built on azcore, and knows nothing of Dataverse; the client does not know it,
// so that programs without OpenTelemetry are built without it.
package oteltrace
