package dataverse_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"image"
	"image/png"
	"io"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/stead-s2s/stead/dataverse"
)

// withFile adds a file column to accounts, once.
var withFile = sync.OnceValue(func() error {
	for _, column := range []string{
		`"@odata.type":"Microsoft.Dynamics.CRM.FileAttributeMetadata","SchemaName":"new_Contract","MaxSizeInKB":102400`,
		`"@odata.type":"Microsoft.Dynamics.CRM.ImageAttributeMetadata","SchemaName":"new_Picture","MaxSizeInKB":10240,"CanStoreFullImage":true`,
	} {
		body := `{` + column + `,"DisplayName":{"@odata.type":"Microsoft.Dynamics.CRM.Label","LocalizedLabels":[{"Label":"Sample","LanguageCode":1033}]}}`
		if err := asApp().Do(context.Background(), "POST", "EntityDefinitions(LogicalName='account')/Attributes", json.RawMessage(body), nil, nil); err != nil {
			return err
		}
	}
	return nil
})

// fileOf makes an account and gives its file.
func fileOf(t *testing.T, c *dataverse.Client, column string) *dataverse.File {
	t.Helper()
	if err := withFile(); err != nil {
		t.Fatal(err)
	}
	id, err := dataverse.Table[Account](asApp(), "accounts").Create(t.Context(), Account{Name: "Filed"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c.File("accounts", id, column)
}

func noise(n int) []byte {
	b := make([]byte, n)
	r := rand.NewChaCha8([32]byte{byte(n)})
	_, _ = r.Read(b)
	return b
}

// onlyReader hides what else a reader can do.
type onlyReader struct{ io.Reader }

// Contents of any length arrive whole, over a way on which three in ten requests fail.
func TestFiles(t *testing.T) {
	ctx := t.Context()
	way := badly(trust, 0.3, "")
	c := dial("contoso-app", "contoso", way)
	for _, n := range []int{1, 3_000_000, 3_000_001, 7_500_000} {
		f := fileOf(t, c, "new_contract")
		if _, err := f.Info(ctx); !errors.Is(err, dataverse.ErrNotFound) {
			t.Errorf("before: %v", err)
		}
		content, last := noise(n), int64(0)
		err := f.Upload(ctx, onlyReader{bytes.NewReader(content)}, "Vertrag (1) ü.pdf", &dataverse.UploadOptions{Progress: func(sent int64) { last = sent }})
		if err != nil || last != int64(n) {
			t.Fatal(n, last, err)
		}
		var got bytes.Buffer
		info, err := f.Download(ctx, &got, &dataverse.DownloadOptions{Progress: func(written, size int64) { last = size - written }})
		if err != nil || !bytes.Equal(got.Bytes(), content) || info != (dataverse.FileInfo{Name: "Vertrag (1) ü.pdf", Size: int64(n)}) || last != 0 {
			t.Errorf("%d bytes: %d of %+v, %v", n, got.Len(), info, err)
		}
		rest := bytes.NewBuffer(content[: n/2 : n/2])
		if _, err := f.Download(ctx, rest, &dataverse.DownloadOptions{Offset: int64(n / 2)}); err != nil || !bytes.Equal(rest.Bytes(), content) {
			t.Errorf("%d bytes from the middle: %v", n, err)
		}
		if _, err := f.Download(ctx, rest, &dataverse.DownloadOptions{Offset: int64(n)}); err != nil || rest.Len() != n {
			t.Errorf("%d bytes from the end: %v", n, err)
		}
	}
	if way.hurt.Load() == 0 {
		t.Error("nothing failed")
	}
	f := fileOf(t, asApp(), "new_contract")
	if err := errors.Join(f.Upload(ctx, bytes.NewReader(nil), "e", nil), f.Delete(ctx)); err != nil {
		t.Error(err)
	}
}

// stopping gives some of a content and then fails.
type stopping struct{ left *bytes.Reader }

func (s stopping) Read(b []byte) (int, error) {
	if s.left.Len() == 0 {
		return 0, errors.New("the disk is gone")
	}
	return s.left.Read(b)
}

func TestUploadsResume(t *testing.T) {
	ctx := t.Context()
	f := fileOf(t, asApp(), "new_contract")
	content := noise(8_000_000)
	state := &dataverse.UploadState{}
	if err := f.Upload(ctx, stopping{bytes.NewReader(content[:7_000_000])}, "big.bin", &dataverse.UploadOptions{State: state}); err == nil {
		t.Fatal("half a file is uploaded")
	}
	text, err := json.Marshal(state)
	if err != nil || state.Sent != 6_000_000 {
		t.Fatal(state.Sent, err)
	}
	kept := &dataverse.UploadState{}
	if err := json.Unmarshal(text, kept); err != nil {
		t.Fatal(err)
	}
	least := int64(len(content))
	err = f.Upload(ctx, bytes.NewReader(content), "big.bin", &dataverse.UploadOptions{State: kept, Progress: func(sent int64) { least = min(least, sent) }})
	if err != nil || least <= 6_000_000 {
		t.Fatal(least, err)
	}
	var got bytes.Buffer
	if _, err := f.Download(ctx, &got, nil); err != nil || !bytes.Equal(got.Bytes(), content) {
		t.Errorf("%d bytes, %v", got.Len(), err)
	}
}

func TestImages(t *testing.T) {
	ctx := t.Context()
	f := fileOf(t, asApp(), "new_picture")
	var picture, full, small bytes.Buffer
	if err := png.Encode(&picture, image.NewNRGBA(image.Rect(0, 0, 400, 300))); err != nil {
		t.Fatal(err)
	}
	if err := f.Upload(ctx, bytes.NewReader(picture.Bytes()), "p.png", nil); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Download(ctx, &full, nil); err != nil || !bytes.Equal(full.Bytes(), picture.Bytes()) {
		t.Errorf("%d bytes, %v", full.Len(), err)
	}
	if _, err := f.Download(ctx, &small, &dataverse.DownloadOptions{Thumbnail: true}); err != nil {
		t.Fatal(err)
	}
	if p, _, err := image.DecodeConfig(&small); err != nil || p.Width > 144 || p.Height > 144 {
		t.Errorf("%+v %v", p, err)
	}
}
