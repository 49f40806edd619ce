package thumb

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
)

// Side is the length of a thumbnail's sides in pixels.
const Side = 144

// mostPixels bounds what a small file may unfold to.
const mostPixels = 40_000_000

// ErrFormat says that something is no picture of a known format.
var ErrFormat = errors.New("not a picture")

// Thumbnail is a small picture and the format of the one it was made from: "bmp", "gif",
// "jpeg" or "png". JPEG has JPEG thumbnails, the others PNG.
type Thumbnail struct {
	Format  string
	Content []byte
}

// Make makes the thumbnail of a picture; ErrFormat when it is none.
func Make(picture []byte) (Thumbnail, error) {
	format := formatOf(picture)
	decode := decoders(format)
	if decode.head == nil {
		return Thumbnail{}, ErrFormat
	}
	head, err := decode.head(bytes.NewReader(picture))
	if err != nil {
		return Thumbnail{}, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	if head.Width <= 0 || head.Height <= 0 || head.Width > mostPixels/head.Height {
		return Thumbnail{}, fmt.Errorf("%w: %d × %d pixels", ErrFormat, head.Width, head.Height)
	}
	whole, err := decode.all(bytes.NewReader(picture))
	if err != nil {
		return Thumbnail{}, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	return encode(format, scale(whole))
}

// Type is the media type of a format.
func Type(format string) string { return "image/" + format }

// Sniff gives the media type of a picture by its first bytes.
func Sniff(picture []byte) string {
	if f := formatOf(picture); f != "" {
		return Type(f)
	}
	return "application/octet-stream"
}

func formatOf(picture []byte) string {
	switch {
	case bytes.HasPrefix(picture, []byte("\x89PNG\r\n\x1a\n")):
		return "png"
	case bytes.HasPrefix(picture, []byte("\xff\xd8\xff")):
		return "jpeg"
	case bytes.HasPrefix(picture, []byte("GIF8")):
		return "gif"
	case bytes.HasPrefix(picture, []byte("BM")):
		return "bmp"
	}
	return ""
}

type decoder struct {
	head func(*bytes.Reader) (image.Config, error)
	all  func(*bytes.Reader) (image.Image, error)
}

func decoders(format string) decoder {
	switch format {
	case "png":
		return decoder{
			func(r *bytes.Reader) (image.Config, error) { return png.DecodeConfig(r) },
			func(r *bytes.Reader) (image.Image, error) { return png.Decode(r) },
		}
	case "jpeg":
		return decoder{
			func(r *bytes.Reader) (image.Config, error) { return jpeg.DecodeConfig(r) },
			func(r *bytes.Reader) (image.Image, error) { return jpeg.Decode(r) },
		}
	case "gif":
		return decoder{
			func(r *bytes.Reader) (image.Config, error) { return gif.DecodeConfig(r) },
			func(r *bytes.Reader) (image.Image, error) { return gif.Decode(r) },
		}
	case "bmp":
		return decoder{bitmapConfig, decodeBitmap}
	}
	return decoder{}
}

func encode(format string, m image.Image) (Thumbnail, error) {
	var b bytes.Buffer
	var err error
	if format == "jpeg" {
		err = jpeg.Encode(&b, m, &jpeg.Options{Quality: 85})
	} else {
		err = png.Encode(&b, m)
	}
	return Thumbnail{Format: format, Content: b.Bytes()}, err
}

// scale cuts the square out of the centre and brings it to Side, unless both sides of
// the picture are smaller.
func scale(m image.Image) image.Image {
	b := m.Bounds()
	from := min(b.Dx(), b.Dy())
	to := Side
	if b.Dx() < Side && b.Dy() < Side {
		to = from
	}
	left, top := b.Min.X+(b.Dx()-from)/2, b.Min.Y+(b.Dy()-from)/2
	out := image.NewNRGBA(image.Rect(0, 0, to, to))
	for y := range to {
		for x := range to {
			out.Set(x, y, mean(m, image.Rect(
				left+x*from/to, top+y*from/to, left+max(x*from/to+1, (x+1)*from/to), top+max(y*from/to+1, (y+1)*from/to),
			)))
		}
	}
	return out
}

// mean is the mean colour of an area.
func mean(m image.Image, area image.Rectangle) color.Color {
	var r, g, b, a, n uint64
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			r1, g1, b1, a1 := m.At(x, y).RGBA()
			r, g, b, a, n = r+uint64(r1), g+uint64(g1), b+uint64(b1), a+uint64(a1), n+1
		}
	}
	return color.RGBA64{uint16(r / n), uint16(g / n), uint16(b / n), uint16(a / n)}
}
