// Package s3test starts a real S3 server for the time of a test: the Versity gateway over
// a directory that is the test's own.
//
// It owns where the program comes from, which is the tool of tools/s3/go.mod, and that
// nothing of it is left. It knows no content. Called by tests alone.
package s3test
