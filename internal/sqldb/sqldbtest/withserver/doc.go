// Command withserver starts an empty PostgreSQL server, runs the command that it is
// given with the server's address in STEAD_TEST_POSTGRES, and stops the server.
//
// It owns the server's life and nothing else. Called by make; STEAD_SKIP_SERVERS=1 makes
// it do nothing.
package main
