package environment_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/stead-s2s/stead/environment"
)

// Contents travel in the parts of batches, with their headers and to the byte.
func TestFilesInBatches(t *testing.T) {
	w := withFiles(t)
	app := w.as(t, "contoso-app")
	row := "accounts(" + app.made("accounts", `{"name":"Contoso"}`) + ")"
	const content = " \r\n\x00\xff bytes \r\n "
	up := "--b\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\nPATCH " + root + row + "/new_filecolumn HTTP/1.1\r\n" +
		"Content-Type: application/octet-stream\r\nx-ms-file-name: a.bin\r\n%s\r\n" + content + "%s\r\n--b--\r\n"
	batch := func(body string) answer {
		return app.with("Content-Type", "multipart/mixed; boundary=b").send("POST", "$batch", body)
	}
	for _, tt := range [][2]string{{"", ""}, {fmt.Sprintf("Content-Length: %d\r\n", len(content)), "\r\n\r\n"}} {
		if a := batch(fmt.Sprintf(up, tt[0], tt[1])); a.status != 200 || !strings.Contains(a.body, "HTTP/1.1 204 No Content") {
			t.Fatalf("%d %s", a.status, a.body)
		}
		app.get(row+"/new_filecolumn/$value").is(200, content)
	}
	down := batch("--b\r\nContent-Type: application/http\r\n\r\nGET " + row + "/new_filecolumn/$value HTTP/1.1\r\n\r\n\r\n--b--\r\n")
	for _, want := range []string{"HTTP/1.1 200 OK\r\n", "X-Ms-File-Name: a.bin\r\n", fmt.Sprintf("X-Ms-File-Size: %d\r\n", len(content)), "Content-Disposition: attachment; filename=a.bin\r\n", "\r\n\r\n" + content + "\r\n--"} {
		if !strings.Contains(down.body, want) {
			t.Errorf("%q is not in %q", want, down.body)
		}
	}
	part := batch("--b\r\nContent-Type: application/http\r\n\r\nGET " + row + "/new_filecolumn/$value HTTP/1.1\r\nRange: bytes=4-9\r\n\r\n\r\n--b--\r\n")
	if want := fmt.Sprintf("Content-Range: bytes 4-9/%d\r\n", len(content)); !strings.Contains(part.body, want) || !strings.Contains(part.body, "HTTP/1.1 206") {
		t.Errorf("%q is not in %q", want, part.body)
	}
}

// A content has an ETag of its own: it is not sent again, nor a part of what it was before.
func TestETagsOfContents(t *testing.T) {
	w := withFiles(t)
	app := w.as(t, "contoso-app")
	row := "accounts(" + app.made("accounts", `{"name":"Contoso"}`) + ")"
	put := func(text string) string {
		app.binary("PATCH", row+"/new_filecolumn", text, "x-ms-file-name", "a.txt").is(204, "")
		return app.get(row+"/new_filecolumn/$value").is(200, text).header.Get("ETag")
	}
	get := func(headers ...string) answer { return app.with(headers...).get(row + "/new_filecolumn/$value") }
	first := put("first")
	get("If-None-Match", first).is(304, "").has("ETag", first)
	get("If-None-Match", `W/"1", `+first).is(304, "")
	get("If-None-Match", "*").is(304, "")
	get("If-None-Match", "null").is(200, "first")
	get("If-Range", first, "Range", "bytes=1-2").is(206, "ir")
	second := put("second")
	if first == second {
		t.Error("another content has the same ETag")
	}
	get("If-None-Match", first).is(200, "second").has("ETag", second)
	get("If-Range", first, "Range", "bytes=1-2").is(200, "second")
	app.with("If-Match", first).patch(row, `{"name":"x"}`).is(400, "…is not a valid ETag…")
	app.binary("PATCH", row+"/new_imagecolumn", string(picture(t, 300, 200)), "x-ms-file-name", "a.png").is(204, "")
	small := app.get(row + "/new_imagecolumn/$value")
	app.with("If-None-Match", small.header.Get("ETag")).get(row+"/new_imagecolumn/$value").is(304, "")
	w.as(t, "").with("If-None-Match", second).get(row+"/new_filecolumn/$value").is(401, "…")
}

// Whatever is uploaded, in chunks or blocks of any size and any order, comes back whole and
// in parts.
func TestUploadsComeBack(t *testing.T) {
	w := withFiles(t, func(c *environment.Config) { c.Limits = "off" })
	app := w.as(t, "contoso-app")
	id := app.made("accounts", `{"name":"Contoso"}`)
	value := "accounts(" + id + ")/new_filecolumn"
	rapid.Check(t, func(r *rapid.T) {
		content := string(rapid.SliceOfN(rapid.Byte(), 1, 3000).Draw(r, "content"))
		size := rapid.IntRange(1+len(content)/8, len(content)).Draw(r, "piece")
		var pieces []int // where they begin
		for at := 0; at < len(content); at += size {
			pieces = append(pieces, at)
		}
		order := rapid.Permutation(pieces).Draw(r, "order")
		if rapid.Bool().Draw(r, "chunks") {
			to := app.with("x-ms-transfer-mode", "chunked").send("PATCH", value+"?x-ms-file-name=a.bin", "").header.Get("Location")
			for i, at := range order {
				end := min(at+size, len(content))
				a := app.binary("PATCH", to, content[at:end], "Content-Range", fmt.Sprintf("bytes %d-%d/%d", at, end-1, len(content)))
				if want := 206 - 2*((i+1)/len(order)); a.status != want {
					r.Fatalf("chunk %d of %d: %d %s", i+1, len(order), a.status, a.body)
				}
			}
		} else {
			inBlocks(r, app, id, content, size, pieces, order)
		}
		if a := app.get(value + "/$value"); a.body != content || a.status != 200 {
			r.Fatalf("%d bytes came back of %d (%d)", len(a.body), len(content), a.status)
		}
		from := rapid.IntRange(0, len(content)-1).Draw(r, "from")
		to := rapid.IntRange(from, len(content)+3).Draw(r, "to")
		a := app.with("Range", fmt.Sprintf("bytes=%d-%d", from, to)).get(value + "/$value")
		if want := content[from:min(to+1, len(content))]; a.status != 206 || a.body != want {
			r.Fatalf("bytes %d to %d: %d, %d bytes", from, to, a.status, len(a.body))
		}
	})
	if n := w.contents(t); n != 1 {
		t.Errorf("%d contents are kept", n)
	}
}

func inBlocks(r *rapid.T, app client, id, content string, size int, pieces, order []int) {
	target := `"Target":{"accountid":"` + id + `","@odata.type":"Microsoft.Dynamics.CRM.account"},"FileAttributeName":"new_filecolumn"`
	token, _ := app.post("InitializeFileBlocksUpload", `{`+target+`,"FileName":"a.bin"}`).object()["FileContinuationToken"].(string)
	name := func(at int) string { return encode(fmt.Sprintf("%06d", at)) }
	for _, at := range order {
		a := app.post("UploadBlock", fmt.Sprintf(`{"BlockId":%q,"BlockData":%q,"FileContinuationToken":%q}`, name(at), encode(content[at:min(at+size, len(content))]), token))
		if a.status != 204 {
			r.Fatal(a.body)
		}
	}
	var list []string
	for _, at := range pieces {
		list = append(list, `"`+name(at)+`"`)
	}
	a := app.post("CommitFileBlocksUpload", `{"FileName":"a.bin","MimeType":"x/y","BlockList":[`+strings.Join(list, ",")+`],"FileContinuationToken":"`+token+`"}`)
	if a.status != 200 {
		r.Fatal(a.body)
	}
}

// Users have pictures from the start, or later.
func TestPicturesOfUsers(t *testing.T) {
	w := start(t)
	ada := w.as(t, "ada")
	picture64 := base64.StdEncoding.EncodeToString(picture(t, 300, 200))
	row := "systemusers(" + people["ben"].user + ")"
	ada.patch(row, `{"entityimage":"`+picture64+`"}`).is(204, "")
	got := ada.get(row+"?$select=entityimage,entityimageid,entityimage_url").is(200, `…"entityimage_url":"/Image/download.aspx?Entity=systemuser&Attribute=entityimage&Id=`+people["ben"].user+`&…`)
	if small, _ := got.object()["entityimage"].(string); small == "" || small == picture64 {
		t.Errorf("the thumbnail is %.40s", small)
	}
	ada.patch(row, `{"entityimage":"aGVsbG8="}`).is(400, "…0x80072553…")
}

// What a column held goes with it, and with its table.
func TestFilesOfDeletedColumns(t *testing.T) {
	w := withFiles(t)
	app := w.as(t, "contoso-app")
	row := "accounts(" + app.made("accounts", `{"name":"Contoso"}`) + ")"
	app.binary("PATCH", row+"/new_filecolumn", "a file", "x-ms-file-name", "a.txt").is(204, "")
	app.binary("PATCH", row+"/new_imagecolumn", string(picture(t, 200, 200)), "x-ms-file-name", "a.png").is(204, "")
	app.post("annotations", `{"documentbody":"aGVsbG8=","objectid_account@odata.bind":"`+row+`"}`).is(204, "")
	left := func(want int) {
		t.Helper()
		if n := w.contents(t); n != want {
			t.Errorf("%d contents are kept, want %d", n, want)
		}
	}
	left(3)
	app.delete("EntityDefinitions(LogicalName='account')/Attributes(LogicalName='new_filecolumn')").is(204, "")
	left(2)
	app.delete("EntityDefinitions(LogicalName='account')/Attributes(LogicalName='new_imagecolumn')").is(204, "")
	left(1)
	app.delete(row).is(204, "")
	left(0)
}

// What is swept at the start is counted in the log.
func TestSweptFilesAreCounted(t *testing.T) {
	w := withFiles(t)
	app := w.as(t, "contoso-app")
	row := "accounts(" + app.made("accounts", `{"name":"Contoso"}`) + ")"
	to := app.with("x-ms-transfer-mode", "chunked").send("PATCH", row+"/new_filecolumn?x-ms-file-name=b", "").header.Get("Location")
	for _, at := range []string{"0-2", "3-5"} {
		app.binary("PATCH", to, "abc", "Content-Range", "bytes "+at+"/10").is(206, "")
	}
	w.orphan(t)
	w.Close()
	w.pass(25 * time.Hour)
	w.open(t)
	if log := w.log.String(); !strings.Contains(log, `"msg":"swept files","contents":1,"pieces":2`) {
		t.Error("the log does not count what was swept")
	}
	if n := w.contents(t); n != 0 {
		t.Errorf("%d contents are kept", n)
	}
}

// TestAnotherRowsIDOpensNoFile: clients choose ids, so that anybody may make a contact with
// the id of somebody's account. Nothing is told of the account's files for it.
func TestAnotherRowsIDOpensNoFile(t *testing.T) {
	w := withFiles(t)
	ben, cleo := w.as(t, "ben"), w.as(t, "cleo")
	w.as(t, "contoso-app").post("EntityDefinitions(LogicalName='contact')/Attributes",
		`{"@odata.type":"Microsoft.Dynamics.CRM.FileAttributeMetadata","SchemaName":"new_Letter","DisplayName":{"@odata.type":"Microsoft.Dynamics.CRM.Label","LocalizedLabels":[{"Label":"Letter","LanguageCode":1033}]}}`).is(204, "")
	id := ben.made("accounts", `{"name":"Ben's"}`)
	ben.binary("PATCH", "accounts("+id+")/new_filecolumn", "secret", "x-ms-file-name", "salaries.txt").is(204, "")
	cleo.made("contacts", `{"lastname":"Same","contactid":"`+id+`"}`)
	cleo.get("fileattachments?$select=filename").is(200, `…"value":[]}`)
	cleo.get("contacts("+id+")?$select=lastname&$expand=contact_FileAttachments($select=filename)").is(200, `…"contact_FileAttachments":[]…`)
	cleo.binary("PATCH", "contacts("+id+")/new_letter", "mine", "x-ms-file-name", "letter.txt").is(204, "")
	cleo.get("fileattachments?$select=filename").is(200, `…"value":[{…"filename":"letter.txt",…}]}`)
	ben.get("fileattachments?$select=filename").is(200, `…"value":[{…"filename":"salaries.txt",…}]}`)
}
