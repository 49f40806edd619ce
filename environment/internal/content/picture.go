package content

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/rows"
	"github.com/stead-s2s/stead/environment/internal/thumb"
)

// ticksAtEpoch is 1970 in the ticks of 100 ns since year 1 that image timestamps are in.
const ticksAtEpoch = 621355968000000000

// Pictures turns the pictures that a write sets into thumbnails and fills what goes with
// them (Dataverse facts 5.18). What was there is dropped.
func (m *Moves) Pictures(d *rows.Draft) error {
	for _, a := range d.Client {
		if a.Column.Kind != meta.Image {
			continue
		}
		if err := m.picture(d, a.Column, a.Value); err != nil {
			return err
		}
	}
	return nil
}

func (m *Moves) picture(d *rows.Draft, c *meta.Column, v query.Value) error {
	if err := m.Forget(d.Old.Value(Holder(c)).GUID()); err != nil {
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
		return ImageTooLarge(c, int64(len(content)))
	}
	small, err := thumb.Make(content)
	if errors.Is(err, thumb.ErrFormat) {
		return dverr.ImageInvalid.With(d.ID, c.Table.LogicalName, c.LogicalName).Because(err)
	}
	if err != nil {
		return err
	}
	id, stamp := m.NewID(), m.Call.Now.UnixNano()/100+ticksAtEpoch
	d.Put(c, query.Bytes(small.Content))
	d.Put(Holder(c), query.GUID(id))
	d.Put(c.Companion("_timestamp"), query.Int(stamp))
	d.Put(c.Companion("_url"), query.Text(fmt.Sprintf("/Image/download.aspx?Entity=%s&Attribute=%s&Id=%s&Timestamp=%d",
		c.Table.LogicalName, c.LogicalName, d.ID, stamp)))
	if !c.FullImage {
		return nil
	}
	return m.keepPicture(d, c, Attachment{id, m.PictureName, m.PictureType, int64(len(content))}, small.Format, content)
}

// keepPicture keeps the picture itself. One that came with its row has no name of its
// own.
func (m *Moves) keepPicture(d *rows.Draft, c *meta.Column, a Attachment, format string, content []byte) error {
	if a.Name == "" {
		a.Name, a.Type = c.LogicalName+"."+format, thumb.Type(format)
	}
	m.Kept(a.ID)
	if _, err := m.keeper.Shelf.Put(m.Ctx, Key(a.ID), bytes.NewReader(content)); err != nil {
		return err
	}
	return m.Describe(a, d.Key(), c)
}

// ImageTooLarge is the refusal of a picture of so many bytes.
func ImageTooLarge(c *meta.Column, size int64) error {
	return dverr.ImageTooLarge.With(c.MaxKB>>10, size>>20)
}
