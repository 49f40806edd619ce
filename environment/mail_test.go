package environment_test

import (
	"fmt"
	"strings"
	"testing"
)

// What is attached to an email carries its file as notes do, and follows its email: who
// reads or writes that, and when it goes.
func TestAttachmentsCarryFiles(t *testing.T) { eachPlace(t, attachmentsCarryFiles) }

func attachmentsCarryFiles(t *testing.T, w *world) {
	ben, cleo := w.as(t, "ben"), w.as(t, "cleo")
	email := ben.made("emails", `{"subject":"Hello"}`)
	post := func(c client, to, members string) answer {
		return c.post("activitymimeattachments", `{"objectid_email@odata.bind":"emails(`+to+`)","objecttypecode":"email",`+members+`}`)
	}
	const hello = `"filename":"hello.txt","mimetype":"text/plain","body":"aGVsbG8="`
	post(ben, email, `"activitymimeattachmentid":"5a1f0000-0000-4000-8000-00000000a120",`+hello).is(204, "")
	const row = "activitymimeattachments(5a1f0000-0000-4000-8000-00000000a120)"
	ben.get(row+"?$select=body,filename,mimetype,filesize,objecttypecode,_objectid_value").
		is(200, `…"body":"aGVsbG8=","filename":"hello.txt","mimetype":"text/plain","filesize":5,"objecttypecode":"email","_objectid_value":"`+email+`"…`)
	ben.get(row+"/body/$value").is(200, "aGVsbG8=").has("Content-Type", "text/plain")
	ben.get("emails("+email+")?$select=subject,statuscode&$expand=email_activity_mime_attachment($select=body)").
		is(200, `…"subject":"Hello","statuscode":1…"email_activity_mime_attachment":[{…"body":"aGVsbG8=",…}]…`)
	ben.post("activitymimeattachments", `{`+hello+`}`).is(400, "…objectid…")
	post(ben, email, `"body":"no base64!"`).fails(400, "0x80040203", "The 'body' of the 'activitymimeattachment' entity is not Base64.")
	post(ben, email, `"filename":"virus.exe","body":"aGVsbG8="`).is(400, "…0x80043e09…")
	post(ben, "5a1f0000-0000-4000-8000-000000000099", hello).is(404, "…")

	cleo.get(row).is(403, "…AccessRights: ReadAccess…")
	cleo.get(row+"/body/$value").is(403, "…")
	cleo.get("activitymimeattachments?$select=body").is(200, `…"value":[]}`)
	cleo.patch(row, `{"subject":"mine"}`).is(403, "…")
	cleo.delete(row).is(403, "…")
	post(cleo, email, hello).is(403, "…AccessRights: WriteAccess…")
	hers := cleo.made("emails", `{"subject":"Hers"}`)
	ben.patch(row, `{"objectid_email@odata.bind":"emails(`+hers+`)"}`).is(403, "…")
	w.as(t, "idle").get("activitymimeattachments?$select=body").is(403, "…")
	post(w.as(t, "idle"), email, hello).is(403, "…")
	if n := w.contents(t); n != 1 {
		t.Errorf("%d contents are kept", n)
	}
	share := `{"Target":{"activityid":"` + email + `","@odata.type":"Microsoft.Dynamics.CRM.email"},"PrincipalAccess":{"AccessMask":"ReadAccess","Principal":{"systemuserid":"` +
		people["cleo"].user + `","@odata.type":"Microsoft.Dynamics.CRM.systemuser"}}}`
	ben.post("GrantAccess", share).is(204, "")
	cleo.get(row+"?$select=body").is(200, `…"body":"aGVsbG8="…`)
	cleo.patch(row, `{"subject":"mine"}`).is(403, "…")
	post(cleo, email, hello).is(403, "…AccessRights: WriteAccess…")

	ben.patch(row, `{"body":"`+encode("hello world")+`"}`).is(204, "")
	ben.get(row+"?$select=filesize").is(200, `…"filesize":11…`)
	ben.delete("emails("+email+")").is(204, "")
	ben.get(row).is(404, "…")
	if n := w.contents(t); n != 0 {
		t.Errorf("%d contents are kept after their email went", n)
	}
}

// The documented sequence of the article on attachments.
func TestAttachmentsInBlocks(t *testing.T) { eachPlace(t, attachmentsInBlocks) }

func attachmentsInBlocks(t *testing.T, w *world) {
	ben, cleo := w.as(t, "ben"), w.as(t, "cleo")
	email := ben.made("emails", `{"subject":"Large"}`)
	target := `"Target":{"objectid_email@odata.bind":"emails(` + email + `)","objecttypecode":"email","subject":"Sample attached 25mb.pdf",` +
		`"filename":"25mb.pdf","mimetype":"application/pdf","@odata.type":"Microsoft.Dynamics.CRM.activitymimeattachment"}`
	begin := func() string {
		return ben.post("InitializeAttachmentBlocksUpload", "{"+target+"}").
			is(200, `{"@odata.context":"`+root+`$metadata#Microsoft.Dynamics.CRM.InitializeAttachmentBlocksUploadResponse","FileContinuationToken":"…"}`).
			object()["FileContinuationToken"].(string)
	}
	send := func(token, block, data string) {
		ben.post("UploadBlock", fmt.Sprintf(`{"BlockId":%q,"BlockData":%q,"FileContinuationToken":%q}`, encode(block), encode(data), token)).is(204, "")
	}
	commit := func(c client, target, token string) answer {
		return c.post("CommitAttachmentBlocksUpload", `{`+target+`,"BlockList":["`+encode("b1")+`","`+encode("b2")+`"],"FileContinuationToken":"`+token+`"}`)
	}
	token := begin()
	send(token, "b2", "world")
	send(token, "b1", "hello ")
	commit(cleo, target, token).is(400, "…token is not valid…")
	id := commit(ben, target, token).
		is(200, `{"@odata.context":"`+root+`$metadata#Microsoft.Dynamics.CRM.CommitAttachmentBlocksUploadResponse","FileSizeInBytes":11,"ActivityMimeAttachmentId":"…"}`).
		object()["ActivityMimeAttachmentId"].(string)
	row := "activitymimeattachments(" + id + ")"
	ben.get(row+"?$select=subject,filename,mimetype,body").
		is(200, `…"subject":"Sample attached 25mb.pdf","filename":"25mb.pdf","mimetype":"application/pdf","body":"`+encode("hello world")+`"…`)
	if n := w.contents(t); n != 1 {
		t.Errorf("%d contents are kept", n)
	}

	there := strings.Replace(target, `"subject"`, `"activitymimeattachmentid":"`+id+`","subject"`, 1)
	again := ben.post("InitializeAttachmentBlocksUpload", "{"+there+"}").object()["FileContinuationToken"].(string)
	send(again, "b1", "other ")
	send(again, "b2", "bytes")
	commit(ben, there, again).fails(412, "0x80040237", "Cannot insert duplicate key.")
	ben.get(row+"?$select=body").is(200, `…"body":"`+encode("hello world")+`"…`)

	reference := `{"Target":{"activitymimeattachmentid":"` + id + `","@odata.type":"Microsoft.Dynamics.CRM.activitymimeattachment"}}`
	down := ben.post("InitializeAttachmentBlocksDownload", reference).
		is(200, `{"@odata.context":"`+root+`$metadata#Microsoft.Dynamics.CRM.InitializeAttachmentBlocksDownloadResponse","FileContinuationToken":"…","FileSizeInBytes":11,"FileName":"25mb.pdf"}`).
		object()["FileContinuationToken"].(string)
	ben.post("DownloadBlock", `{"Offset":6,"BlockLength":100,"FileContinuationToken":"`+down+`"}`).is(200, `…"Data":"`+encode("world")+`"}`)
	cleo.post("InitializeAttachmentBlocksDownload", reference).is(403, "…")
	w.as(t, "idle").post("InitializeAttachmentBlocksUpload", "{"+target+"}").is(403, "…")
	ben.post("InitializeAttachmentBlocksUpload", strings.Replace("{"+target+"}", "activitymimeattachment\"", "annotation\"", 1)).is(400, "…")
}
