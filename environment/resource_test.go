package environment_test

import "testing"

// Web resources are rows with a name, a type and a content in base64.
func TestWebResources(t *testing.T) {
	w := start(t)
	app := w.withBank(t)
	id := app.made("webresourceset", `{"name":"sample_/scripts/main.js","displayname":"Main","webresourcetype":3,"content":"YWxlcnQoMSk="}`)
	app.get("webresourceset("+id+")?$select=name,webresourcetype,content,ismanaged,componentstate,_organizationid_value").
		is(200, `…"name":"sample_/scripts/main.js","webresourcetype":3,"content":"YWxlcnQoMSk=","ismanaged":false,"componentstate":0,"_organizationid_value":"`+organization+`"…`)
	app.patch("webresourceset("+id+")", `{"content":"YWxlcnQoMik=","webresourcetype":1}`).is(204, "")
	app.get("webresourceset?$select=content,webresourcetype&$filter=name eq 'sample_/scripts/main.js'").is(200, `…"content":"YWxlcnQoMik=","webresourcetype":3…`)
	app.post("PublishXml", `{"ParameterXml":"<importexportxml><webresources><webresource>{`+id+`}</webresource></webresources></importexportxml>"}`).is(204, "")
	components := "solutioncomponents?$select=componenttype,ismetadata&$filter=objectid eq " + id
	app.get(components).is(200, `…"componenttype":61,"ismetadata":false…`)

	for name, body := range map[string]string{
		"no prefix":         `{"name":"main.js","webresourcetype":3}`,
		"nobody's prefix":   `{"name":"other_main.js","webresourcetype":3}`,
		"a blank":           `{"name":"sample_main js","webresourcetype":3}`,
		"two slashes":       `{"name":"sample_//main.js","webresourcetype":3}`,
		"no type":           `{"name":"sample_main.js"}`,
		"a type of its own": `{"name":"sample_main.js","webresourcetype":99}`,
		"no base64":         `{"name":"sample_main.js","webresourcetype":3,"content":"alert(1)"}`,
		"no name":           `{"webresourcetype":3}`,
	} {
		if a := app.post("webresourceset", body); a.status != 400 {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	app.post("webresourceset", `{"name":"sample_/scripts/main.js","webresourcetype":3}`).is(412, "…0x80040237…")
	app.patch("webresourceset("+id+")", `{"content":"alert(1)"}`).is(400, "…Base64…")
	ben := w.as(t, "ben")
	ben.get("webresourceset?$select=name").is(200, `…"name":"sample_/scripts/main.js"…`)
	ben.post("webresourceset", `{"name":"sample_ben.js","webresourcetype":3}`).is(403, "…prvCreateWebResource…")
	w.as(t, "integration").get("webresourceset").is(403, "…prvReadWebResource…")
	app.delete("webresourceset("+id+")").is(204, "")
	app.get(components).is(200, `…"value":[]}`)
}

// Connection references are rows; no connector stands behind them.
func TestConnectionReferences(t *testing.T) {
	w := start(t)
	app, ben := w.withBank(t), w.as(t, "ben")
	const more = `"connectionreferencedisplayname":"Mail","connectorid":"/providers/Microsoft.PowerApps/apis/shared_office365"`
	id := app.made("connectionreferences", `{"connectionreferencelogicalname":"sample_mail",`+more+`}`)
	app.get("connectionreferences("+id+")?$select=connectionreferencelogicalname,connectorid,connectionid,statecode,promptingbehavior").
		is(200, `…"connectionreferencelogicalname":"sample_mail","connectorid":"/providers/Microsoft.PowerApps/apis/shared_office365","connectionid":null,"statecode":0,"promptingbehavior":0…`)
	app.patch("connectionreferences("+id+")", `{"connectionid":"c1"}`).is(204, "")
	app.get("connectionreferences?$select=connectionid&$filter=connectionid ne null").is(200, `…"connectionid":"c1"…`)
	app.post("connectionreferences", `{"connectionreferencelogicalname":"SAMPLE_MAIL",`+more+`}`).is(412, "…0x80040237…")
	app.post("connectionreferences", `{`+more+`}`).is(400, "…connectionreferencelogicalname…")
	components := "solutioncomponents?$select=componenttype&$filter=objectid eq " + id
	app.get(components).is(200, `…"componenttype":10549…`)
	ben.get("connectionreferences").is(200, `…"value":[]}`)
	ben.patch("connectionreferences("+id+")", `{"connectionid":"c2"}`).is(403, "…")
	app.delete("connectionreferences("+id+")").is(204, "")
	app.get(components).is(200, `…"value":[]}`)
}
