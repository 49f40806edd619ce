// Package journal keeps the sign-in log: who asked for a token, with which application
// and credential, for which resource, and what became of it.
//
// It owns its table, the batches in which rows are written and how many are kept. Writing
// is behind the caller's back: a token request only leaves its [Entry] in memory, and when
// more come than can be written the oldest are dropped and counted. It refuses to know
// what an entry means. grant and login record; graph reads.
package journal
