// Package webapi is the HTTP face of an environment: /api/data/v9.0 to v9.2.
//
// It owns what is HTTP in the Web API and nothing else: versions and methods, the
// bearer and its challenges, the headers that condition, impersonate and prefer,
// statuses and headers of answers, the shape of errors. The stages of a request
// stand in API.serve, in order; each is a call to the room that decides: oidc
// (is the token good?), access (who asks, and for whom?), odata (what is asked, and
// how is the answer spelled?), engine (do it). It holds no rule about rows.
//
// A batch is many requests in one: batch reads parts and frames answers, and each part
// goes the way of a request from decode on; the requests of a change set are handed to
// engine together.
//
// environment composes it and serves it below its own health page.
package webapi
