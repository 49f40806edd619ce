// Package quota says what of a user's requests is counted, and how a user is told
// that it was too much (Dataverse facts 4).
//
// It owns the service protection limits (requests, execution time and concurrency of
// one authenticated user in one environment at one web server within 300 seconds),
// the entitlement of a day (a pool of the tenant for users without a licence,
// allowances for those with one), the words and codes of the refusals and the two
// headers that show what is left. It refuses to know how counters are kept
// (internal/limit) and how usage is kept (usage): it tells them.
//
// webapi calls Enter after the user is known and before impersonation, so that the
// authenticated user is counted whoever is acted for (facts 2.3), and Leave when the
// answer is written. A batch is one request here and as many operations for the
// entitlement as it holds.
//
// # Odd rules
//
// A refused request counts nowhere; what it costs is the growing wait (see limit).
// Which code the service answers when an entitlement is used up is not documented
// ("some form of throttling"): here it is that of the number of requests, with the
// day's figures.
package quota
