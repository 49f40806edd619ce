package engine_test

import (
	"testing"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/store"
)

// Who holds Delete on a row by a share alone may delete it; the share goes with it, and
// not before it.
func TestDeleteByShare(t *testing.T) {
	w := newWorld(t)
	ben, cleo := w.as("ben"), w.as("cleo")
	ben.must(ben.create("account", "Fabrikam", values{"name": text("Fabrikam")}))
	err := w.store.Write(t.Context(), func(tx *store.Tx) error {
		w.put(tx, "principalobjectaccess", "Share", values{"objectid": guid("Fabrikam"), "objecttypecode": text("account"), "principalid": guid("cleo"),
			"principaltypecode": text("systemuser"), "accessrightsmask": number(meta.Delete.Mask()), "inheritedaccessrightsmask": number(0)})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	cleo.must(cleo.delete("account", "Fabrikam"))
	if w.row("account", "Fabrikam", "name") != "" || w.row("principalobjectaccess", "Share", "objectid") != "" {
		t.Error("the row or its share is still there")
	}
}
