// Package search is Dataverse search: what a text that somebody searches for means, which
// texts it is found in and where, how well they match, and the requests and answers around
// it, those of version 2.0 and those of 1.0.
//
// It owns both syntaxes, the words of a text, scores, highlights and facets. It refuses to
// know rows: whoever asks hands in documents, which are what a caller may read of them. An
// expression of the query tree narrows the rows that are worth looking at, no more.
//
// webapi conducts: it reads a Request here, asks the engine for rows of each table on
// behalf of the caller, and lets Results make the answer of them.
package search
