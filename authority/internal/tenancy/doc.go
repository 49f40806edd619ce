// Package tenancy says which tenant a request addresses and which issuer names it.
//
// It owns the first segment of every path (a tenant's GUID, one of its domains, or
// common, organizations, consumers), the errors for those that address nobody, and the
// two spellings of an issuer. It refuses to know what is asked of the tenant. grant,
// discovery and clientauth call it; it looks tenants up in directory.
package tenancy
