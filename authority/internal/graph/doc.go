// Package graph is the part of Microsoft Graph that administers a directory: applications,
// service principals, people, groups, consent, roles, what was deleted, and the sign-in
// log.
//
// It owns the paths below /v1.0 and /beta, the JSON of their objects, the query options,
// and which permission each path asks for. A request that changes something computes its
// answer and a change of the directory from one snapshot; the change is kept before the
// answer is sent. It refuses to know how tokens are issued: it verifies those of its
// callers as any resource does. The face calls it; it calls directory and journal.
package graph
