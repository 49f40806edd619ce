// Package sqlgen turns what access granted into SQL for one dialect. It compiles
// nothing else: the zero Granted and the zero Change are refused.
//
// It owns the choice of SQL form (the same rows can be 280 times apart), the layout
// of cells that the answer's Shape describes, keyset paging, and what SQL Server's
// wildcards mean to an engine that has others. Constants reach the database as
// arguments only. It opens no connection and knows no caller; store runs its plans.
//
// A compile costs a few microseconds, less than printing the tree for a cache's key
// would save, so plans are not cached: equal forms give equal text, and the
// connection keeps its statements prepared by text. A Plan belongs to one request.
package sqlgen
