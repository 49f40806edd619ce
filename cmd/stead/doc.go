// Command stead runs a server-to-server world on this machine and describes it.
//
// It owns the command line: flags, what is printed and for whom, exit codes. What
// a world consists of is package stead's knowledge. Data goes to standard output,
// everything else to standard error.
package main
