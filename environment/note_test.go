package environment_test

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"
	"testing"
)

func encode(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

// A note carries its file as base64; the bytes lie where those of file columns do.
func TestNotesCarryFiles(t *testing.T) { eachPlace(t, notesCarryFiles) }

func notesCarryFiles(t *testing.T, w *world) {
	app := w.as(t, "contoso-app")
	account := app.made("accounts", `{"name":"Contoso"}`)
	note := func(members string) string {
		return app.made("annotations", `{"subject":"Hello","objectid_account@odata.bind":"accounts(`+account+`)",`+members+`}`)
	}
	row := "annotations(" + note(`"filename":"hello.txt","mimetype":"text/plain","documentbody":"`+encode("hello")+`"`) + ")"
	app.get(row+"?$select=documentbody,filename,mimetype,filesize,isdocument").
		is(200, `…"documentbody":"aGVsbG8=","filename":"hello.txt","mimetype":"text/plain","filesize":5,"isdocument":true…`)
	app.get(row+"/documentbody").is(200, `…"value":"aGVsbG8="}`)
	app.get(row+"/documentbody/$value").is(200, "aGVsbG8=").has("Content-Type", "text/plain")
	note(`"notetext":"no file"`)
	other := note(`"filename":"b","documentbody":"` + encode("hello") + `"`) // the same bytes are another's
	app.get("annotations?$filter=documentbody ne null&$select=documentbody&$orderby=createdon").
		is(200, `…"value":[{…"documentbody":"aGVsbG8=",…},{…"documentbody":"aGVsbG8=",…}]}`)
	app.get("accounts("+account+")?$select=name&$expand=Account_Annotation($select=documentbody;$filter=documentbody ne null)").
		is(200, `…"documentbody":"aGVsbG8=",…"documentbody":"aGVsbG8=",…`)
	app.get("annotations?fetchXml="+url.QueryEscape(`<fetch><entity name="annotation"><attribute name="documentbody"/><link-entity name="account" from="accountid" to="objectid"><attribute name="name"/></link-entity></entity></fetch>`)).
		is(200, `…"documentbody":"aGVsbG8=",…`)
	app.get("annotations?$filter=documentbody eq 'aGVsbG8='").is(400, "…holds a file…")
	app.get("annotations?$filter=contains(documentbody,'a')").is(400, "…holds a file…")
	app.get("annotations?$orderby=documentbody").is(400, "…holds a file…")
	if n := w.contents(t); n != 2 {
		t.Errorf("%d contents are kept", n)
	}
	app.with("Prefer", "return=representation").send("PATCH", row, `{"documentbody":"`+encode("hello world")+`"}`).
		is(200, `…"documentbody":"`+encode("hello world")+`"…`).is(200, `…"filesize":11…`)
	app.patch(row, `{"notetext":"changed"}`).is(204, "")
	app.get(row+"?$select=documentbody").is(200, `…"documentbody":"`+encode("hello world")+`"…`)
	app.send("PUT", row+"/documentbody", `{"value":null}`).is(204, "")
	app.get(row+"?$select=documentbody,filesize,isdocument").is(200, `…"documentbody":null,"filesize":null,"isdocument":false…`)
	app.get(row+"/documentbody/$value").is(204, "")
	if n := w.contents(t); n != 1 {
		t.Errorf("%d contents are kept", n)
	}
	app.delete("accounts("+account+")").is(204, "")
	app.get("annotations("+other+")").is(404, "…")
	if n := w.contents(t); n != 0 {
		t.Errorf("%d contents are kept after their account went", n)
	}
}

// What is refused leaves nothing, neither rows nor bytes.
func TestNotesRefused(t *testing.T) { eachPlace(t, notesRefused) }

func notesRefused(t *testing.T, w *world) {
	app := w.as(t, "contoso-app")
	post := func(members string) answer { return app.post("annotations", `{"subject":"Hello",`+members+`}`) }
	post(`"documentbody":"no base64!"`).is(400, "…is not Base64.…")
	post(`"documentbody":"5a1f0000-0000-4000-8000-000000000099"`).is(400, "…is not Base64.…")
	post(`"documentbody":"aGVsbG8"`).is(400, "…is not Base64.…")
	post(`"filename":"virus.EXE","documentbody":"aGVsbG8="`).
		fails(400, "0x80043e09", "The attachment is either not a valid type or is too large. It cannot be uploaded or downloaded.")
	app.patch("organizations("+organization+")", `{"maxuploadfilesize":8}`).is(204, "")
	post(`"filename":"a","documentbody":"aGVsbG8="`).is(204, "") // eight characters
	post(`"filename":"b","documentbody":"`+encode("longer")+`x"`).is(400, "…")
	post(`"filename":"b","documentbody":"`+encode("hello world")+`"`).fails(400, "0x80044a02", "Attachment file size is too big.")
	post(`"filename":"c","documentbody":"aGVsbG8=","objectid_account@odata.bind":"accounts(5a1f0000-0000-4000-8000-000000000099)"`).is(404, "…")
	w.as(t, "idle").post("annotations", `{"documentbody":"aGVsbG8="}`).is(403, "…")
	if n := w.contents(t); n != 1 {
		t.Errorf("%d contents are kept", n)
	}
}

// The documented sequence of the article on notes.
func TestNotesInBlocks(t *testing.T) { eachPlace(t, notesInBlocks) }

func notesInBlocks(t *testing.T, w *world) {
	ben := w.as(t, "ben")
	const id = "5a1f0000-0000-4000-8000-00000000a11e"
	target := func(members string) string {
		return `"Target":{"annotationid":"` + id + `",` + members + `"@odata.type":"Microsoft.Dynamics.CRM.annotation"}`
	}
	about := target(`"subject":"large PDF file","filename":"25mb.pdf","notetext":"Please see new attached pdf file.","mimetype":"application/pdf",`)
	begin := func(c client) string {
		return c.post("InitializeAnnotationBlocksUpload", "{"+about+"}").
			is(200, `{"@odata.context":"`+root+`$metadata#Microsoft.Dynamics.CRM.InitializeAnnotationBlocksUploadResponse","FileContinuationToken":"…"}`).
			object()["FileContinuationToken"].(string)
	}
	send := func(token, block, data string) answer {
		return ben.post("UploadBlock", fmt.Sprintf(`{"BlockId":%q,"BlockData":%q,"FileContinuationToken":%q}`, encode(block), encode(data), token))
	}
	commit := func(c client, token string) answer {
		return c.post("CommitAnnotationBlocksUpload", `{`+about+`,"BlockList":["`+encode("b1")+`","`+encode("b2")+`"],"FileContinuationToken":"`+token+`"}`)
	}
	for _, text := range []string{"hello world", "hello again"} { // makes the note, then changes it
		token := begin(ben)
		send(token, "b2", text[6:]).is(204, "")
		send(token, "b1", text[:6]).is(204, "")
		commit(w.as(t, "cleo"), token).is(400, "…token is not valid…")
		commit(ben, token).is(200, `{"@odata.context":"`+root+`$metadata#Microsoft.Dynamics.CRM.CommitAnnotationBlocksUploadResponse","AnnotationId":"`+id+`","FileSizeInBytes":11}`)
		ben.get("annotations("+id+")?$select=subject,filename,documentbody,filesize").
			is(200, `…"subject":"large PDF file","filename":"25mb.pdf","documentbody":"`+encode(text)+`","filesize":11…`)
		if n := w.contents(t); n != 1 {
			t.Errorf("%d contents are kept", n)
		}
	}
	reference := "{" + target("") + "}"
	down := ben.post("InitializeAnnotationBlocksDownload", reference).
		is(200, `{"@odata.context":"`+root+`$metadata#Microsoft.Dynamics.CRM.InitializeAnnotationBlocksDownloadResponse","FileContinuationToken":"…","FileSizeInBytes":11,"FileName":"25mb.pdf"}`).
		object()["FileContinuationToken"].(string)
	ben.post("DownloadBlock", `{"Offset":6,"BlockLength":100,"FileContinuationToken":"`+down+`"}`).is(200, `…"Data":"`+encode("again")+`"}`)
	w.as(t, "cleo").post("InitializeAnnotationBlocksDownload", reference).is(403, "…")
	w.as(t, "cleo").post("InitializeAnnotationBlocksUpload", "{"+about+"}").is(403, "…")
	w.as(t, "idle").post("InitializeAnnotationBlocksUpload", strings.Replace("{"+about+"}", "a11e", "a12e", 1)).is(403, "…")
	ben.post("InitializeAnnotationBlocksUpload", `{"Target":{"subject":"x","@odata.type":"Microsoft.Dynamics.CRM.annotation"}}`).is(400, "…annotationid…")
	ben.post("InitializeAnnotationBlocksUpload", `{"Target":{"name":"x","@odata.type":"Microsoft.Dynamics.CRM.account"}}`).is(400, "…")
	ben.post("InitializeAnnotationBlocksUpload", strings.Replace("{"+about+"}", "25mb.pdf", "25mb.exe", 1)).is(400, "…0x80043e09…")
	w.as(t, "contoso-app").patch("organizations("+organization+")", `{"maxuploadfilesize":15}`).is(204, "")
	token := begin(ben)
	send(token, "b1", "hello ").is(204, "")
	send(token, "b2", "world").is(204, "")
	commit(ben, token).fails(400, "0x80044a02", "Attachment file size is too big.")
	send(token, "b3", strings.Repeat("x", 4<<20)).is(400, "…0x80044a02…")
	ben.patch("annotations("+id+")", `{"documentbody":null}`).is(204, "")
	ben.post("InitializeAnnotationBlocksDownload", reference).is(404, "…")
	ben.post("DownloadBlock", `{"Offset":6,"BlockLength":100,"FileContinuationToken":"`+down+`"}`).is(404, "…")
}

// Notes of a table that is deleted go with it, and what they carry; others stay.
func TestNotesOfDeletedTables(t *testing.T) { eachPlace(t, notesOfDeletedTables) }

func notesOfDeletedTables(t *testing.T, w *world) {
	app := w.as(t, "contoso-app")
	app.post("EntityDefinitions", strings.NewReplacer(`"HasNotes":false`, `"HasNotes":true`, "sample_", "new_").Replace(bankAccount)).is(204, "")
	bank := app.made("new_bankaccounts", `{"new_name":"Savings"}`)
	account := app.made("accounts", `{"name":"Contoso"}`)
	carries := func(about string) string {
		return app.made("annotations", `{"subject":"x","filename":"a.txt","documentbody":"aGVsbG8=",`+about+`}`)
	}
	gone := carries(`"objectid_new_bankaccount@odata.bind":"new_bankaccounts(` + bank + `)"`)
	kept := carries(`"objectid_account@odata.bind":"accounts(` + account + `)"`)
	app.get("annotations("+gone+")?$select=documentbody").is(200, `…"documentbody":"aGVsbG8="…`)
	if n := w.contents(t); n != 2 {
		t.Errorf("%d contents are kept", n)
	}
	app.delete("EntityDefinitions(LogicalName='new_bankaccount')").is(204, "")
	app.get("annotations("+gone+")").is(404, "…")
	app.get("annotations("+kept+")?$select=documentbody").is(200, `…"documentbody":"aGVsbG8="…`)
	if n := w.contents(t); n != 1 {
		t.Errorf("%d contents are kept after the table went", n)
	}
}
