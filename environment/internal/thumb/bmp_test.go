package thumb_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/png"
	"io"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/thumb"
)

// writeBitmap writes a bitmap file. With 8 bits the palette has the colours of striped.
func writeBitmap(w io.Writer, m image.Image, bits int, down bool) error {
	width, height := m.Bounds().Dx(), m.Bounds().Dy()
	line, palette := (width*bits/8+3)&^3, 0
	if bits == 8 {
		palette = 3 * 4
	}
	b := make([]byte, 54+palette, 54+palette+line*height)
	put := func(at, n int) { binary.LittleEndian.PutUint32(b[at:], uint32(n)) }
	copy(b, "BM")
	put(10, 54+palette)
	put(14, 40)
	put(18, width)
	put(22, height)
	if down {
		put(22, -height)
	}
	b[26], b[28] = 1, byte(bits)
	put(46, palette/4)
	copy(b[54:], []byte{0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0, 0}[:palette]) // red, green, blue
	for i := range height {
		y := height - 1 - i
		if down {
			y = i
		}
		row := make([]byte, line)
		for x := range width {
			r, g, bl, _ := m.At(x, y).RGBA()
			c := []byte{byte(bl >> 8), byte(g >> 8), byte(r >> 8), 0}
			if bits == 8 {
				c[0] = byte(bytes.IndexByte([]byte{c[2], c[1], c[0]}, 255))
			}
			copy(row[x*bits/8:], c[:bits/8])
		}
		b = append(b, row...)
	}
	_, err := w.Write(b)
	return err
}

// Bitmaps of every form give the thumbnail that the same picture gives as PNG.
func TestBitmaps(t *testing.T) {
	m := striped(90, 30)
	want, err := thumb.Make(encoded(t, "png", m))
	if err != nil {
		t.Fatal(err)
	}
	for _, bits := range []int{8, 24, 32} {
		for _, down := range []bool{false, true} {
			var b bytes.Buffer
			if err := writeBitmap(&b, m, bits, down); err != nil {
				t.Fatal(err)
			}
			got, err := thumb.Make(b.Bytes())
			if err != nil || got.Format != "bmp" || !bytes.Equal(got.Content, want.Content) {
				t.Errorf("%d bits, down %v: %s of %d bytes, %v", bits, down, got.Format, len(got.Content), err)
			}
			for cut := range b.Len() {
				if _, err := thumb.Make(b.Bytes()[:cut]); !errors.Is(err, thumb.ErrFormat) {
					t.Fatalf("the first %d bytes are a picture: %v", cut, err)
				}
			}
		}
	}
}

// Whatever comes, a thumbnail or ErrFormat.
func FuzzMake(f *testing.F) {
	for _, format := range []string{"png", "jpeg", "gif", "bmp"} {
		f.Add(encoded(f, format, striped(9, 5)))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		if len(content) > 4<<10 {
			return
		}
		small, err := thumb.Make(content)
		if err != nil {
			if !errors.Is(err, thumb.ErrFormat) {
				t.Error(err)
			}
			return
		}
		if small.Format != "jpeg" {
			if _, err := png.Decode(bytes.NewReader(small.Content)); err != nil {
				t.Error(err)
			}
		}
	})
}
