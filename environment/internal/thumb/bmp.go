package thumb

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"io"
)

// A bitmap file as Windows and cameras write it: a file header of 14 bytes, an
// information header of 40 or more, a palette for 8 bits, and rows that are padded to four
// bytes, the lowest first unless the height is negative (BITMAPFILEHEADER and
// BITMAPINFOHEADER of the Windows reference). Compressed ones are refused.

var errBitmap = errors.New("a bitmap of 8, 24 or 32 bits without compression is wanted")

// bitmap is the head of such a file.
type bitmap struct {
	width, height int
	bits          int // of a pixel
	down          bool
	palette       []byte // four bytes a colour: blue, green, red, nothing
	pixels        int    // where they begin
}

func readBitmap(r *bytes.Reader) (b bitmap, err error) {
	head := make([]byte, 54)
	if _, err := io.ReadFull(r, head); err != nil || string(head[:2]) != "BM" {
		return b, errBitmap
	}
	number := func(at int) int { return int(int32(binary.LittleEndian.Uint32(head[at:]))) }
	info, compression, colours := number(14), number(30), number(46)
	b = bitmap{pixels: number(10), width: number(18), height: number(22), bits: int(binary.LittleEndian.Uint16(head[28:]))}
	if b.height < 0 {
		b.height, b.down = -b.height, true
	}
	known := b.bits == 8 || b.bits == 24 || b.bits == 32
	if !known || info < 40 || compression != 0 || b.width <= 0 || b.height <= 0 {
		return b, errBitmap
	}
	if b.bits != 8 {
		return b, nil
	}
	if colours == 0 {
		colours = 256
	}
	b.palette = make([]byte, 256*4)
	if colours < 0 || colours > 256 {
		return b, errBitmap
	}
	if _, err := r.Seek(int64(14+info), io.SeekStart); err != nil {
		return b, err
	}
	if _, err := io.ReadFull(r, b.palette[:colours*4]); err != nil {
		return b, errBitmap
	}
	return b, nil
}

func bitmapConfig(r *bytes.Reader) (image.Config, error) {
	b, err := readBitmap(r)
	return image.Config{ColorModel: color.NRGBAModel, Width: b.width, Height: b.height}, err
}

func decodeBitmap(r *bytes.Reader) (image.Image, error) {
	b, err := readBitmap(r)
	if err != nil {
		return nil, err
	}
	line := (b.width*b.bits/8 + 3) &^ 3
	if b.pixels < 54 || int64(b.pixels)+int64(line)*int64(b.height) > r.Size() {
		return nil, io.ErrUnexpectedEOF
	}
	m, row := image.NewNRGBA(image.Rect(0, 0, b.width, b.height)), make([]byte, line)
	for i := range b.height {
		if _, err := r.ReadAt(row, int64(b.pixels)+int64(i)*int64(line)); err != nil {
			return nil, err
		}
		y := b.height - 1 - i
		if b.down {
			y = i
		}
		b.paint(m.Pix[y*m.Stride:], row)
	}
	return m, nil
}

// paint brings a row from blue, green, red to red, green, blue, opaque.
func (b bitmap) paint(to, row []byte) {
	size := b.bits / 8
	for x := range b.width {
		c := row[x*size:]
		if b.palette != nil {
			c = b.palette[int(c[0])*4:]
		}
		to[x*4], to[x*4+1], to[x*4+2], to[x*4+3] = c[2], c[1], c[0], 0xff
	}
}
