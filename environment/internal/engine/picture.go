package engine

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/thumb"
)

// ticksAtEpoch is 1970 in the ticks of 100 ns since year 1 that image timestamps are in.
const ticksAtEpoch = 621355968000000000

// pictures turns the pictures that a write sets into thumbnails and fills what goes with
// them (Dataverse facts 5.18). What was there is dropped.
func (w *work) pictures(d *draft) error {
	for _, a := range d.Client {
		if a.Column.Kind != meta.Image {
			continue
		}
		if err := w.picture(d, a.Column, a.Value); err != nil {
			return err
		}
	}
	return nil
}

func (w *work) picture(d *draft, c *meta.Column, v query.Value) error {
	if err := w.forget(d.Old.Value(holder(c)).GUID()); err != nil {
		return err
	}
	if v.IsNull() {
		for _, suffix := range []string{"id", "_timestamp", "_url"} {
			d.Put(c.Companion(suffix), query.Null())
		}
		return nil
	}
	if d.Creating() && !c.PrimaryImage {
		return dverr.ImageNotPrimary.With(c.LogicalName, c.Table.LogicalName)
	}
	content := v.Bytes()
	if int64(len(content)) > int64(c.MaxKB)<<10 {
		return imageTooLarge(c, int64(len(content)))
	}
	small, err := thumb.Make(content)
	if errors.Is(err, thumb.ErrFormat) {
		return dverr.ImageInvalid.With(d.ID, c.Table.LogicalName, c.LogicalName).Because(err)
	}
	if err != nil {
		return err
	}
	id, stamp := w.engine.newID(), w.Call.Now.UnixNano()/100+ticksAtEpoch
	d.Put(c, query.Bytes(small.Content))
	d.Put(holder(c), query.GUID(id))
	d.Put(c.Companion("_timestamp"), query.Int(stamp))
	d.Put(c.Companion("_url"), query.Text(fmt.Sprintf("/Image/download.aspx?Entity=%s&Attribute=%s&Id=%s&Timestamp=%d",
		c.Table.LogicalName, c.LogicalName, d.ID, stamp)))
	if !c.FullImage {
		return nil
	}
	return w.keepPicture(d, c, attachment{id: id, name: w.pictureName, kind: w.pictureType, size: int64(len(content))}, small.Format, content)
}

// keepPicture keeps the picture itself. One that came with its row has no name of its
// own.
func (w *work) keepPicture(d *draft, c *meta.Column, a attachment, format string, content []byte) error {
	if a.name == "" {
		a.name, a.kind = c.LogicalName+"."+format, thumb.Type(format)
	}
	w.kept = append(w.kept, a.id)
	if _, err := w.engine.contents.Put(w.Ctx, contentKey(a.id), bytes.NewReader(content)); err != nil {
		return err
	}
	return w.describe(a, d.Key(), c)
}

func imageTooLarge(c *meta.Column, size int64) error {
	return dverr.ImageTooLarge.With(c.MaxKB>>10, size>>20)
}

// thumbnail is what an image column of a row holds, as a file.
func thumbnail(v query.Value, c *meta.Column, id meta.ID) *File {
	if v.IsNull() {
		return nil
	}
	content := v.Bytes()
	kind := thumb.Sniff(content)
	return &File{
		ID: id, Name: c.LogicalName + "." + strings.TrimPrefix(kind, "image/"), Type: kind, Size: int64(len(content)),
		Open: func(offset, length int64) (io.ReadCloser, error) {
			return io.NopCloser(io.NewSectionReader(bytes.NewReader(content), offset, length)), nil
		},
	}
}
