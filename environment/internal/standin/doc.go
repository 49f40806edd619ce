// Package standin answers custom APIs in the place of plug-ins, which environments here
// do not run.
//
// It owns what developers say that custom APIs answer: handlers in Go, and rules in JSON
// that are filled from the arguments of the call; what is answered when nothing was
// said, the declared shape with default values; and that nothing is answered but what
// the custom API declares (decision 025). It knows neither callers' rights nor the wire:
// engine hands it a call that may be made, odata writes its answers.
package standin
