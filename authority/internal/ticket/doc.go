// Package ticket keeps what sign-ins leave behind: authorization codes, families of
// refresh tokens, device codes and browser sessions.
//
// It owns their single use, which the database decides (of a thousand who redeem one code
// at once, one wins), their ends (Entra facts 3.3, 4.4), and what is revoked together: all
// refresh tokens that come from one sign-in are a family, and a token of it that turns up
// again after its use takes the family with it. Only hashes of what people and clients
// hold are kept. It refuses to know who may have a ticket, what it buys and what a refusal
// is called.
//
// login issues codes and sessions and approves devices; grant redeems; graph revokes. It
// calls directory for ids and sqldb.
package ticket
