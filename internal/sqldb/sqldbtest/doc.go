// Package sqldbtest gives tests databases: files, or schemas of the server that
// STEAD_TEST_POSTGRES names, so that the same tests judge both engines.
//
// It owns where a test's rows are and that nothing of them is left. It knows no table.
// Called by tests alone.
package sqldbtest
