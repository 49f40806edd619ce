// Package authority is the house that issues tokens: a server that clients of Microsoft
// Entra ID take for theirs.
//
// It owns the directory of tenants, applications and people, the keys that tokens are
// signed with, and the documents by which others find and verify them; one database
// keeps it all. It refuses to know what is behind the resources that tokens are for:
// environments learn what they need from its documents, over HTTPS, as from any other
// authority.
//
// [New] makes a [Server] from a [Config]; the Server is an http.Handler for the root of
// an https host (clients take the first segment of a path for the tenant). The rooms
// under internal are composed here and nowhere else.
package authority
