package thumb_test

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/thumb"
)

// striped is red on the left third, green in the middle, blue on the right.
func striped(width, height int) image.Image {
	m := image.NewNRGBA(image.Rect(0, 0, width, height))
	for x := range width {
		for y := range height {
			m.Set(x, y, []color.Color{color.NRGBA{255, 0, 0, 255}, color.NRGBA{0, 255, 0, 255}, color.NRGBA{0, 0, 255, 255}}[x*3/width])
		}
	}
	return m
}

func encoded(t testing.TB, format string, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	err := map[string]func() error{
		"png":  func() error { return png.Encode(&b, m) },
		"jpeg": func() error { return jpeg.Encode(&b, m, nil) },
		"gif":  func() error { return gif.Encode(&b, m, nil) },
		"bmp":  func() error { return writeBitmap(&b, m, 24, false) },
	}[format]()
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestSizes(t *testing.T) {
	for _, tt := range []struct {
		format              string
		width, height, want int
	}{
		{"png", 300, 428, 144}, {"jpeg", 428, 300, 144}, {"gif", 144, 144, 144}, {"png", 91, 130, 91}, {"png", 1, 1, 1}, {"png", 1000, 10, 144}, {"bmp", 301, 200, 144}, {"bmp", 5, 7, 5},
	} {
		got, err := thumb.Make(encoded(t, tt.format, striped(tt.width, tt.height)))
		if err != nil {
			t.Errorf("%v: %v", tt, err)
			continue
		}
		m, _, err := image.Decode(bytes.NewReader(got.Content))
		if err != nil || m.Bounds().Dx() != tt.want || m.Bounds().Dy() != tt.want || got.Format != tt.format {
			t.Errorf("%v: %s of %v (%v)", tt, got.Format, m.Bounds(), err)
		}
	}
}

// The middle of a wide picture is all that is left of it.
func TestCroppedOnTheCentre(t *testing.T) {
	got, err := thumb.Make(encoded(t, "png", striped(900, 300)))
	if err != nil {
		t.Fatal(err)
	}
	m, err := png.Decode(bytes.NewReader(got.Content))
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []int{0, 72, 143} {
		if r, g, b, _ := m.At(x, 72).RGBA(); r != 0 || g != 0xffff || b != 0 {
			t.Errorf("at %d: %d %d %d", x, r, g, b)
		}
	}
}

func TestNoPictures(t *testing.T) {
	whole := encoded(t, "png", striped(20, 20))
	bomb := bytes.Clone(whole)
	copy(bomb[16:24], []byte{0, 1, 0, 0, 0, 1, 0, 0}) // 65,536 × 65,536
	for name, content := range map[string][]byte{
		"nothing": nil, "text": []byte("hello"), "half": whole[:len(whole)/2], "bomb": bomb, "bmp": []byte("BM......"),
	} {
		if _, err := thumb.Make(content); !errors.Is(err, thumb.ErrFormat) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSniff(t *testing.T) {
	if got := thumb.Sniff(encoded(t, "gif", striped(3, 3))); got != "image/gif" {
		t.Error(got)
	}
	if got := thumb.Sniff([]byte("text")); got != "application/octet-stream" {
		t.Error(got)
	}
}
