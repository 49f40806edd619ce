// Package query is the one query tree of an environment, bound to meta: what
// odata and fetchxml read, what access narrows, what sqlgen compiles.
//
// Nodes point at tables and columns, never at names. The room also owns the shape
// of the answer (Row and Shape belong to the question, so that writers need
// neither store nor sqlgen), the stable printed form, and the walk that visits
// every column a tree mentions. It knows no SQL, no caller and no wire syntax.
package query
