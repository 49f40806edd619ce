package environment_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stead-s2s/stead/environment"
	"github.com/stead-s2s/stead/environment/internal/meta"
)

// withFiles is a world whose accounts have the columns that the service's samples make: a
// file, and an image that keeps the picture itself.
func withFiles(t testing.TB, change ...func(*environment.Config)) *world {
	w := start(t, change...)
	for _, column := range []string{
		`"@odata.type":"Microsoft.Dynamics.CRM.FileAttributeMetadata","SchemaName":"new_FileColumn","MaxSizeInKB":102400`,
		`"@odata.type":"Microsoft.Dynamics.CRM.ImageAttributeMetadata","SchemaName":"new_ImageColumn","MaxSizeInKB":1024,"CanStoreFullImage":true`,
	} {
		w.as(t, "contoso-app").post("EntityDefinitions(LogicalName='account')/Attributes", `{`+column+
			`,"DisplayName":{"@odata.type":"Microsoft.Dynamics.CRM.Label","LocalizedLabels":[{"Label":"Sample","LanguageCode":1033}]}}`).is(204, "")
	}
	return w
}

// binary sends bytes.
func (c client) binary(method, path, content string, headers ...string) answer {
	c.t.Helper()
	return c.with(append([]string{"Content-Type", "application/octet-stream"}, headers...)...).send(method, path, content)
}

func picture(t testing.TB, width, height int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewNRGBA(image.Rect(0, 0, width, height))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestFileInOneRequest(t *testing.T) { eachPlace(t, fileInOneRequest) }

func fileInOneRequest(t *testing.T, w *world) {
	app := w.as(t, "contoso-app")
	row := "accounts(" + app.made("accounts", `{"name":"Contoso Ltd."}`) + ")"
	app.get(row+"/new_filecolumn/$value").is(204, "")
	app.binary("PATCH", row+"/new_filecolumn", "twelve bytes", "x-ms-file-name", "4094kb.txt", "If-None-Match", "null").is(204, "").has("OData-Version", "4.0")
	app.get(row+"/new_filecolumn/$value").is(200, "twelve bytes").has(
		"x-ms-file-size", "12", "x-ms-file-name", "4094kb.txt", "mimetype", "text/plain",
		"Access-Control-Expose-Headers", "x-ms-file-size; x-ms-file-name; mimetype", "Content-Disposition", "attachment; filename=4094kb.txt")
	got := app.get(row + "?$select=name,new_filecolumn,new_filecolumn_name")
	id, _ := got.object()["new_filecolumn"].(string)
	if _, err := meta.ParseID(id); err != nil || got.object()["new_filecolumn_name"] != "4094kb.txt" {
		t.Errorf("the row says %s", got.body)
	}
	// A second content takes the place of the first.
	app.binary("PUT", row+"/new_filecolumn", "other", "x-ms-file-name", "b.bin").is(204, "")
	app.get(row+"/new_filecolumn/$value").is(200, "other").has("mimetype", "application/octet-stream")
	app.delete(row+"/new_filecolumn").is(204, "")
	app.get(row+"/new_filecolumn/$value").is(204, "")
	app.get(row+"?$select=new_filecolumn,new_filecolumn_name").is(200, `…"new_filecolumn":null,"new_filecolumn_name":null,…`)
	app.patch(row, `{"new_filecolumn":"`+id+`"}`).is(400, `…cannot be set with the row.…`)
	app.binary("PATCH", row+"/new_filecolumn", "x").is(400, `…file name must be specified…`)
	app.binary("PATCH", row+"/new_filecolumn", "x", "x-ms-file-name", "virus.EXE").
		fails(400, "0x80043e09", "The attachment is either not a valid type or is too large. It cannot be uploaded or downloaded.")
}

// The documented sequence of the service's article on file columns.
func TestFileInChunks(t *testing.T) { eachPlace(t, fileInChunks) }

func fileInChunks(t *testing.T, w *world) {
	app := w.as(t, "contoso-app")
	row := "accounts(" + app.made("accounts", `{"name":"Contoso Ltd."}`) + ")"
	a := app.with("x-ms-transfer-mode", "chunked").send("PATCH", row+"/new_filecolumn?x-ms-file-name=25mb.pdf", "").is(200, "")
	a.has("Accept-Ranges", "bytes", "x-ms-chunk-size", "4194304", "Access-Control-Expose-Headers", "x-ms-chunk-size",
		"Location", root+row+"/new_filecolumn?sessiontoken=…")
	to := a.header.Get("Location")
	part := func(content, at string) answer {
		return app.binary("PATCH", to, content, "x-ms-file-name", "25mb.pdf", "Content-Range", at)
	}
	part("6789", "bytes 6-9/10").is(206, "")
	part("abc", "bytes 0-2/10").is(206, "")
	part("012", "bytes 0-2/10").is(206, "")
	app.get(row+"/new_filecolumn/$value").is(204, "")
	part("34", "bytes 3-5/10").is(400, `…does not match the Content-Range header…`)
	part("345", "bytes 3-5/10").is(204, "")
	get := func(at string) answer { return app.with("Range", at).get(row + "/new_filecolumn/$value") }
	get("bytes=0-3").is(206, "0123").has("x-ms-file-size", "10", "x-ms-chunk-size", "4194304", "Content-Range", "bytes 0-3/10", "x-ms-file-name", "25mb.pdf", "mimetype", "application/pdf")
	get("bytes=8-99").is(206, "89")
	get("bytes=10-12").is(416, "…")
	part("345", "bytes 5-3/10").is(400, `…Content-Range header 'bytes 5-3/10' is not valid…`)
	app.binary("PATCH", to+"x", "345", "Content-Range", "bytes 3-5/10").is(400, `…token is not valid…`)
	w.as(t, "ada").binary("PATCH", to, "345", "Content-Range", "bytes 3-5/10").is(400, `…token is not valid…`)
	w.pass(25 * time.Hour)
	w.as(t, "contoso-app").binary("PATCH", to, "345", "Content-Range", "bytes 3-5/10").is(400, `…token is not valid…`)
}

// The documented sequence of the messages.
func TestFileInBlocks(t *testing.T) { eachPlace(t, fileInBlocks) }

func fileInBlocks(t *testing.T, w *world) {
	app := w.as(t, "contoso-app")
	id := app.made("accounts", `{"name":"Contoso Ltd."}`)
	target := `"Target":{"accountid":"` + id + `","@odata.type":"Microsoft.Dynamics.CRM.account"},"FileAttributeName":"new_filecolumn"`
	app.post("InitializeFileBlocksDownload", "{"+target+"}").fails(404, "0x80040217", "No file attachment found for attribute: new_filecolumn EntityId: "+id+".")
	a := app.post("InitializeFileBlocksUpload", `{`+target+`,"FileName":"25mb.pdf"}`).
		is(200, `{"@odata.context":"`+root+`$metadata#Microsoft.Dynamics.CRM.InitializeFileBlocksUploadResponse","FileContinuationToken":"…"}`)
	token := a.object()["FileContinuationToken"].(string)
	block := func(id, data string) answer {
		return app.post("UploadBlock", fmt.Sprintf(`{"BlockId":%q,"BlockData":%q,"FileContinuationToken":%q}`,
			base64.StdEncoding.EncodeToString([]byte(id)), base64.StdEncoding.EncodeToString([]byte(data)), token))
	}
	block("b2", "world").is(204, "")
	block("b1", "hello ").is(204, "")
	block(strings.Repeat("x", 65), "").is(400, `…block id…`)
	block("b3", strings.Repeat("x", 4<<20+1)).is(400, `…exceeds the maximum length…`)
	commit := func(list string) answer {
		return app.post("CommitFileBlocksUpload", `{"FileName":"25mb.pdf","MimeType":"application/pdf","BlockList":`+list+`,"FileContinuationToken":"`+token+`"}`)
	}
	commit(`["YjE=","Yjk="]`).is(400, `…block list is invalid…`)
	file := commit(`["YjE=","YjI="]`).
		is(200, `{"@odata.context":"`+root+`$metadata#Microsoft.Dynamics.CRM.CommitFileBlocksUploadResponse","FileId":"…","FileSizeInBytes":11}`).object()["FileId"].(string)
	d := app.post("InitializeFileBlocksDownload", "{"+target+"}").
		is(200, `{"@odata.context":"`+root+`$metadata#Microsoft.Dynamics.CRM.InitializeFileBlocksDownloadResponse","FileSizeInBytes":11,"FileName":"25mb.pdf","FileContinuationToken":"…","IsChunkingSupported":true}`).
		object()["FileContinuationToken"].(string)
	app.post("DownloadBlock", `{"Offset":6,"BlockLength":100,"FileContinuationToken":"`+d+`"}`).
		is(200, `{"@odata.context":"`+root+`$metadata#Microsoft.Dynamics.CRM.DownloadBlockResponse","Data":"d29ybGQ="}`)
	app.post("DownloadBlock", `{"Offset":0,"BlockLength":4194305,"FileContinuationToken":"`+d+`"}`).is(400, "…")
	app.post("UploadBlock", `{"BlockId":"YjE=","BlockData":"","FileContinuationToken":"`+d+`"}`).is(400, "…token is not valid…")
	app.get("accounts("+id+")?$select=accountid&$expand=account_FileAttachments($select=createdon,mimetype,filesizeinbytes,filename,regardingfieldname)").
		is(200, `…"account_FileAttachments":[{…"createdon":"2026-11-21T12:00:00Z","mimetype":"application/pdf","filesizeinbytes":11,"filename":"25mb.pdf","regardingfieldname":"new_filecolumn","fileattachmentid":"`+file+`"}]…`)
	app.post("DeleteFile", `{"FileId":"`+file+`"}`).is(204, "")
	app.post("DeleteFile", `{"FileId":"`+file+`"}`).is(404, "…")
	app.get("accounts("+id+")/new_filecolumn/$value").is(204, "")
}

// Who may not read a row reads none of its contents; who may not write it sends none,
// and what was sent leaves nothing behind.
func TestFilesFollowTheirRow(t *testing.T) { eachPlace(t, filesFollowTheirRow) }

func filesFollowTheirRow(t *testing.T, w *world) {
	ben, cleo := w.as(t, "ben"), w.as(t, "cleo")
	row := "accounts(" + ben.made("accounts", `{"name":"Ben's"}`) + ")"
	ben.binary("PATCH", row+"/new_filecolumn", "secret", "x-ms-file-name", "a.txt").is(204, "")
	ben.get(row+"/new_filecolumn/$value").is(200, "secret")
	cleo.get(row+"/new_filecolumn/$value").is(403, "…")
	cleo.binary("PATCH", row+"/new_filecolumn", "mine", "x-ms-file-name", "a.txt").is(403, "…")
	cleo.delete(row+"/new_filecolumn").is(403, "…")
	cleo.get("fileattachments?$select=filename").is(200, `…"value":[]}`)
	ben.get("fileattachments?$select=filename").is(200, `…"filename":"a.txt",…`)
	w.as(t, "contoso-app").with("CallerObjectId", people["cleo"].object).get(row+"/new_filecolumn/$value").is(403, "…")
	w.as(t, "").get(row+"/new_filecolumn/$value").is(401, "…")
	ben.get(row+"/new_filecolumn/$value").is(200, "secret")
	if n := w.contents(t); n != 1 {
		t.Errorf("%d contents are kept", n)
	}
	ben.delete(row).is(204, "")
	if n := w.contents(t); n != 0 {
		t.Errorf("%d contents are kept after the row went", n)
	}
}

func TestPictures(t *testing.T) { eachPlace(t, pictures) }

func pictures(t *testing.T, w *world) {
	app := w.as(t, "contoso-app")
	whole := picture(t, 300, 428)
	id := app.made("accounts", `{"name":"Contoso","entityimage":"`+base64.StdEncoding.EncodeToString(whole)+`"}`)
	row := "accounts(" + id + ")"
	got := app.get(row + "?$select=entityimage,entityimage_url,entityimage_timestamp,entityimageid")
	small, err := base64.StdEncoding.DecodeString(got.object()["entityimage"].(string))
	if err != nil {
		t.Fatal(err)
	}
	if m, err := png.Decode(bytes.NewReader(small)); err != nil || m.Bounds() != image.Rect(0, 0, 144, 144) {
		t.Errorf("a thumbnail of %v (%v)", m, err)
	}
	got.is(200, `…"entityimage_url":"/Image/download.aspx?Entity=account&Attribute=entityimage&Id=`+id+`&Timestamp=639`+`…`)
	app.get(row+"/entityimage/$value").is(200, string(small)).has("mimetype", "image/png")
	app.get(row+"/entityimage/$value?size=full").is(204, "") // it keeps no whole pictures
	if strings.Contains(app.get(row).body, `"entityimage":`) {
		t.Error("a picture was not asked for")
	}
	app.post("accounts", `{"name":"x","new_imagecolumn":"`+base64.StdEncoding.EncodeToString(whole)+`"}`).
		fails(400, "0x80090487", "Non-primary image attribute new_imagecolumn of entity account is not allowed to upload during Create operation.")
	app.binary("PATCH", row+"/new_imagecolumn", string(whole), "x-ms-file-name", "p.png").is(204, "")
	app.get(row+"/new_imagecolumn/$value?size=full").is(200, string(whole)).has("x-ms-file-name", "p.png", "mimetype", "image/png")
	app.patch(row, `{"new_imagecolumn":"aGVsbG8="}`).fails(400, "0x80072553",
		"Error occured when processing image. Reason: Update image properties failed for objectid: "+id+", logicalName: account, attribute: new_imagecolumn")
	app.binary("PATCH", row+"/new_imagecolumn", strings.Repeat("x", 1<<20+1), "x-ms-file-name", "p.png").
		fails(400, "0x80072553", "Error occured when processing image. Reason: File size is too big. MaxSize: 1 MB, Uploaded filesize: 1 MB.")
	if n := w.contents(t); n != 1 {
		t.Errorf("%d contents are kept", n)
	}
	app.send("PUT", row+"/new_imagecolumn", `{"value":null}`).is(204, "")
	app.get(row+"/new_imagecolumn/$value").is(204, "")
	app.delete(row+"/entityimage").is(204, "")
	app.get(row+"?$select=entityimage_url").is(200, `…"entityimage_url":null…`)
	if n := w.contents(t); n != 0 {
		t.Errorf("%d contents are kept", n)
	}
}

// What a crash leaves is gone after the next start, what rows hold is not.
func TestSweep(t *testing.T) { eachPlace(t, sweep) }

func sweep(t *testing.T, w *world) {
	app := w.as(t, "contoso-app")
	row := "accounts(" + app.made("accounts", `{"name":"Contoso"}`) + ")"
	app.binary("PATCH", row+"/new_filecolumn", "kept", "x-ms-file-name", "a.txt").is(204, "")
	to := app.with("x-ms-transfer-mode", "chunked").send("PATCH", row+"/new_filecolumn?x-ms-file-name=b", "").header.Get("Location")
	app.binary("PATCH", to, "abc", "Content-Range", "bytes 0-2/10").is(206, "")
	w.orphan(t)
	if n := w.contents(t); n != 3 {
		t.Fatalf("%d contents are kept", n)
	}
	w.Close()
	w.open(t)
	if n := w.contents(t); n != 2 {
		t.Errorf("%d contents are kept", n)
	}
	w.Close()
	w.pass(25 * time.Hour)
	w.open(t)
	if n := w.contents(t); n != 1 {
		t.Errorf("%d contents are kept", n)
	}
	w.as(t, "contoso-app").get(row+"/new_filecolumn/$value").is(200, "kept")
}

// zeros is a long body that takes no memory.
type zeros struct{ left int64 }

func (z *zeros) Read(p []byte) (int, error) {
	if z.left == 0 {
		return 0, io.EOF
	}
	n := min(int64(len(p)), z.left)
	clear(p[:n])
	z.left -= n
	return int(n), nil
}

// sink is an answer that counts its body and forgets it.
type sink struct {
	header http.Header
	status int
	bytes  int64
}

func (s *sink) Header() http.Header { return s.header }
func (s *sink) WriteHeader(n int)   { s.status = n }
func (s *sink) Write(p []byte) (int, error) {
	s.bytes += int64(len(p))
	return len(p), nil
}

// A content passes through without ever being in memory.
func TestContentsStream(t *testing.T) { eachPlace(t, contentsStream) }

func contentsStream(t *testing.T, w *world) {
	const size = 64 << 20
	most := uint64(8 << 20)
	if w.store != nil {
		most = 24 << 20 // parts wait until they are whole
	}
	app := w.as(t, "contoso-app")
	row := "accounts(" + app.made("accounts", `{"name":"Contoso"}`) + ")/new_filecolumn"
	allocated := func(run func()) uint64 {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		run()
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc // no garbage either
	}
	do := func(method, path string, body io.Reader) *sink {
		r := httptest.NewRequest(method, root+path, body)
		r.Header = app.with("Content-Type", "application/octet-stream", "x-ms-file-name", "zeros.bin").header
		s := &sink{header: http.Header{}, status: 200}
		w.ServeHTTP(s, r)
		return s
	}
	if n := allocated(func() { do("PATCH", row, &zeros{size}) }); n > most {
		t.Errorf("an upload of %d bytes took %d of memory", size, n)
	}
	var s *sink
	if n := allocated(func() { s = do("GET", row+"/$value", nil) }); n > most || s.bytes != size {
		t.Errorf("a download of %d bytes gave %d (status %d) and took %d of memory", size, s.bytes, s.status, n)
	}
	if s := do("PATCH", row, &zeros{101 << 20}); s.status != 400 {
		t.Errorf("too long a content: %d", s.status)
	}
	if n := w.contents(t); n != 1 {
		t.Errorf("%d contents are kept", n)
	}
}
