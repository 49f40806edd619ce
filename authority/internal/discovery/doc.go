// Package discovery serves the documents that clients and resources find the authority
// by: metadata of both versions and of AD FS, signing keys, instance discovery, the realm of a user,
// and the page that explains an error code.
//
// It owns their members, the order of these and how long they may be kept (Entra facts
// 1). Every address in them is made from the configured base URL, never from a header
// of the request. It refuses to know tokens. The face calls it; it calls tenancy, aadsts
// and directory, and is handed the published keys.
package discovery
