// Package sqlgen turns what access granted into SQL for one dialect. It compiles
// nothing else: the zero Granted and the zero Change are refused.
//
// It owns the choice of SQL form (the same rows can be 280 times apart) and the
// layout of cells that the answer's Shape describes. It opens no connection and
// knows no caller; store runs its plans.
package sqlgen
