package file

import (
	"sync"

	"github.com/stead-s2s/stead/environment/internal/content"
	"github.com/stead-s2s/stead/environment/internal/engine"
)

// Desk takes files in and hands them out. It is safe for concurrent use.
type Desk struct {
	engine   *engine.Engine
	contents *content.Keeper
	linkKey  []byte
	joining  [16]sync.Mutex // whether the chunks of an upload are complete, by the upload
}

// NewDesk returns a desk. contents are those of the engine; linkKey seals the tokens of
// uploads and downloads. Its Messages are for the engine to serve.
func NewDesk(e *engine.Engine, contents *content.Keeper, linkKey []byte) *Desk {
	return &Desk{engine: e, contents: contents, linkKey: linkKey}
}
