package meta

import "sync/atomic"

// Model is all tables of an environment at one version.
type Model struct {
	Version    int64
	Tables     []*Table // by logical name
	Privileges []*Privilege
	OptionSets []*OptionSet // choices that columns share

	byName     map[string]*Table
	bySet      map[string]*Table
	byTypeCode map[int64]*Table
	privByName map[string]*Privilege
	privByID   map[ID]*Privilege
	relByName  map[string]*Relationship
}

// Table finds a table by logical name.
func (m *Model) Table(logicalName string) *Table { return m.byName[logicalName] }

// Set finds a table by its case-sensitive entity set name.
func (m *Model) Set(name string) *Table { return m.bySet[name] }

// TypeCode finds a table by object type code.
func (m *Model) TypeCode(otc int64) *Table { return m.byTypeCode[otc] }

// Privilege finds a privilege by name.
func (m *Model) Privilege(name string) *Privilege { return m.privByName[name] }

// PrivilegeByID finds a privilege by id.
func (m *Model) PrivilegeByID(id ID) *Privilege { return m.privByID[id] }

// Relationship finds a relationship by schema name.
func (m *Model) Relationship(schemaName string) *Relationship { return m.relByName[schemaName] }

// Cache holds the current Model of an environment.
type Cache struct{ current atomic.Pointer[Model] }

// NewCache returns a cache that holds m.
func NewCache(m *Model) *Cache {
	c := &Cache{}
	c.current.Store(m)
	return c
}

// Current gives the model to pin for one request.
func (c *Cache) Current() *Model { return c.current.Load() }

// Publish makes m the current model.
func (c *Cache) Publish(m *Model) { c.current.Store(m) }
