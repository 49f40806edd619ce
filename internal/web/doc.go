// Package web is the wall towards the network: handlers that return errors, one event per request, a server that knows
// its address before it serves.
//
// It owns what every request needs whoever answers it: the [Event] that is logged once, the limit of the body, the time
// allowed, panics turned into errors, and the rule that an answer which fails half way is cut off, never closed
// politely. It refuses to know what an error looks like on the wire: each house brings its [Renderer].
//
// Called by the faces of the houses and by whoever starts them; calls nothing of this module.
package web
