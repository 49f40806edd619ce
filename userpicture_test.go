package stead

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/png"
	"testing"
)

// An application user that is made with a picture keeps it (systemuser.entityimage).
func TestApplicationUserMadeWithPicture(t *testing.T) {
	s := up(t, Config{Ephemeral: true})
	contoso, _ := s.World.Tenant("contoso")
	admin := party{t: t, system: s, tenant: contoso.ID}
	admin.app, _ = s.World.App("contoso-app")
	isv, _ := s.World.App("fabrikam-app")
	admin.graph("POST", "servicePrincipals", `{"appId":"`+isv.ClientID+`"}`).want(t, "consent", 201, isv.ClientID)
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewNRGBA(image.Rect(0, 0, 300, 200))); err != nil {
		t.Fatal(err)
	}
	made := admin.environment("POST", "systemusers", `{"applicationid":"`+isv.ClientID+`","entityimage":"`+base64.StdEncoding.EncodeToString(picture.Bytes())+`"}`)
	made.want(t, "the application user", 204, "")
	read := admin.environment("GET", "systemusers?$select=entityimage,entityimage_url&$filter=applicationid eq "+isv.ClientID, "")
	read.want(t, "its picture", 200, `"entityimage_url":"/Image/download.aspx?Entity=systemuser&Attribute=entityimage&Id=`)
	kept, err := base64.StdEncoding.DecodeString(firstID(t, read, "entityimage"))
	if err != nil {
		t.Fatal(err)
	}
	if m, err := png.Decode(bytes.NewReader(kept)); err != nil || m.Bounds() != image.Rect(0, 0, 144, 144) {
		t.Errorf("what is kept is no thumbnail (%v)", err)
	}
}
