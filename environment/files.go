package environment

import (
	"path/filepath"
	"strings"
)

// besideDatabase is where the content of files lies when nothing else is said.
func besideDatabase(database string) string {
	return strings.TrimSuffix(database, filepath.Ext(database)) + "-files"
}
