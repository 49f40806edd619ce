// Package explain keeps what access decided and tells it to administrators: for recent
// requests, which privileges let them on, which roles grant those, and what stopped them;
// for every user, which privileges it used at all, the ground for a role that gives no
// more than is needed.
//
// It owns the journal, which is bounded and lives in memory, and its words. It decides
// nothing and knows no rule of access: webapi notes in it what access noted of a request.
package explain
