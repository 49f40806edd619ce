package environment_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"
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
