package content

import (
	"path"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/rows"
	"github.com/stead-s2s/stead/environment/internal/store"
)

// Keeper keeps contents. Store is where the settings of the organization are read.
type Keeper struct {
	Shelf Shelf
	Store *store.Store
	NewID func() meta.ID
}

// Allowed refuses names with an extension that organization.blockedattachments lists.
func Allowed(tx *rows.Tx, name string) error {
	extension := strings.ToLower(strings.TrimPrefix(path.Ext(name), "."))
	t := tx.Call.Model.Table("organization")
	if extension == "" || t == nil || t.Column("blockedattachments") == nil {
		return nil
	}
	r, err := tx.FetchOnly("files: blocked extensions", t, t.Column("blockedattachments"))
	if err != nil || r == nil {
		return err
	}
	for blocked := range strings.SplitSeq(r.Value(t.Column("blockedattachments")).Text(), ";") {
		if strings.EqualFold(strings.TrimSpace(blocked), extension) {
			return dverr.FileBlocked.With().Helping("organization.blockedattachments lists %s", extension)
		}
	}
	return nil
}

// Described reads the description of a content; nil when there is none.
func Described(tx *rows.Tx, id meta.ID) (*Attachment, error) {
	t := tx.Call.Model.Table(meta.AttachmentTable)
	name, kind, size := t.Column("filename"), t.Column("mimetype"), t.Column("filesizeinbytes")
	r, err := tx.Look("files: what a content is called", op.Key{Table: t, ID: id}, name, kind, size)
	if err != nil || r == nil {
		return nil, err
	}
	return &Attachment{id, r.Value(name).Text(), r.Value(kind).Text(), r.Value(size).Int()}, nil
}
