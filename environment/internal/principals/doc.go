// Package principals asks Microsoft Graph for the service principal of an application
// in the environment's tenant, as Dataverse does when an application user is made.
//
// It owns the two requests that this takes, a token for Graph by client credentials
// and a query, over HTTPS and nothing else: the authority is another house, and may be
// Microsoft's own. It knows no user, no role and no row; engine calls it, before any
// transaction.
package principals
