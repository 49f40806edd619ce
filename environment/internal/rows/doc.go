// Package rows is what rules read and write in a transaction: rows as the caller may
// reach them, by id or alternate key, or on the environment's own behalf, with a reason;
// and drafts, which are rows on their way to the database.
//
// It owns the words of refusals that concern any row: that it is not there (404), that
// the caller does not reach it (403), that its table is closed (405), that another row
// has its key (412). It refuses to know what tables mean and what a write entails: the
// stages of a write are engine's, the demands of single tables those of their rooms. It
// asks access for every question and change.
//
// engine calls it, and the rooms beside engine that have rules of their own.
package rows
