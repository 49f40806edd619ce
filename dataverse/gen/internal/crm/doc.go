// Package crm is what package gen writes of a standard table and of one with a column of every
// type: it is compiled with the project, and gen's tests write it anew and use it.
//
// It owns nothing else, and is no place for code written by hand.
package crm
