// Package blob keeps the content of files: bytes under a key, beside the database.
//
// It owns how content lies in a directory and in a bucket of an S3-compatible store, that content appears whole or not at all, and that it is moved as a stream. It knows no
// table, no row and no caller: keys are slash-separated words that engine chooses, and
// who may read what is decided before anything is asked of it. Nothing is ever changed:
// a key is written once, read, and removed.
package blob
