// Command mutate tells which changes of a package its tests do not notice.
//
//	go run ./internal/mutate [-also package,…] [-run pattern] [-only file] [-short] package
//
// It weaves every change into one program, each behind a number, and runs the package's
// compiled tests once for each number: first in their short form, then, for those that
// lived, whole, and then those of the other packages that are named (-also), all of them
// or those that a pattern names (-run). A change whose tests pass everywhere is printed;
// the last line counts. Changes: a condition, or an operand of && and ||, that always
// holds or never does; a limit that takes in or leaves out its equal; the contrary of a
// truth value that is written or returned; a statement left out.
//
// It owns where changes are possible and how they are judged. It knows nothing of what
// the package is for, and leaves the files as they are: the toolchain is shown others
// (go build -overlay).
package main
