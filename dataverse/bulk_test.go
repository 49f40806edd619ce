package dataverse_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/stead-s2s/stead/dataverse"
)

func TestBulkMessages(t *testing.T) {
	ctx := t.Context()
	accounts := dataverse.Table[Account](asApp(), "accounts")
	rows := make([]Account, 40)
	for i := range rows {
		rows[i] = Account{Name: fmt.Sprintf("Bulk %02d", i)}
	}
	rows[7].ID = dataverse.NewID()
	ids, err := accounts.CreateMultiple(ctx, rows, nil)
	if err != nil || ids[7] != rows[7].ID {
		t.Fatal(ids, err)
	}
	names := func() (all []string) {
		for i, id := range ids {
			row, err := accounts.Get(ctx, id, nil)
			if err != nil {
				t.Fatal(i, err)
			}
			all = append(all, row.Name)
		}
		return all
	}
	if got := names(); got[0] != "Bulk 00" || got[39] != "Bulk 39" || !slices.IsSorted(got) {
		t.Errorf("made %v", got)
	}
	for i := range rows {
		rows[i] = Account{ID: ids[i], Name: fmt.Sprintf("Changed %02d", i)}
	}
	if err := accounts.UpdateMultiple(ctx, rows[:20], nil); err != nil {
		t.Fatal(err)
	}
	if got := names(); got[19] != "Changed 19" || got[20] != "Bulk 20" {
		t.Errorf("changed %v", got)
	}
	rows[0].ID = dataverse.NewID()
	if err := accounts.UpdateMultiple(ctx, rows, nil); !errors.Is(err, dataverse.ErrNotFound) {
		t.Errorf("a row that is not there: %v", err)
	}
	if got := names(); got[39] != "Bulk 39" {
		t.Errorf("half of a message was carried out: %v", got)
	}
	if err := accounts.UpsertMultiple(ctx, rows, nil, nil); err != nil {
		t.Fatal(err)
	}
	ids[0] = rows[0].ID
	if got := names(); got[0] != "Changed 00" || got[39] != "Changed 39" {
		t.Errorf("upserted %v", got)
	}
	keys := make([]dataverse.Key, len(ids))
	for i, id := range ids {
		keys[i] = id
	}
	if err := accounts.DeleteMultiple(ctx, keys); err != nil {
		t.Fatal(err)
	}
	if _, err := accounts.Get(ctx, ids[3], nil); !errors.Is(err, dataverse.ErrNotFound) {
		t.Error(err)
	}
	if err := accounts.DeleteMultiple(ctx, keys[:2]); !errors.Is(err, dataverse.ErrNotFound) {
		t.Errorf("deleted twice: %v", err)
	}
}

// Untyped rows name their key by its column.
func TestBulkOfRows(t *testing.T) {
	ctx := t.Context()
	contacts := dataverse.Table[dataverse.Row](asApp(), "contacts")
	ids, err := contacts.CreateMultiple(ctx, []dataverse.Row{{"lastname": "One"}, {"lastname": "Two"}}, nil)
	if err != nil || len(ids) != 2 {
		t.Fatal(err)
	}
	if err := contacts.UpdateMultiple(ctx, []dataverse.Row{{"contactid": ids[1], "firstname": "Second"}}, nil); err != nil {
		t.Fatal(err)
	}
	row, err := contacts.Get(ctx, ids[1], nil)
	if err != nil || row.String("fullname") != "Second Two" {
		t.Errorf("%v %v", row, err)
	}
	if err := contacts.UpdateMultiple(ctx, []dataverse.Row{{"firstname": "Nobody"}}, nil); err == nil {
		t.Error("a row without a key was sent")
	}
	if _, err := dataverse.Table[dataverse.Row](asApp(), "nosuchset").CreateMultiple(ctx, []dataverse.Row{{}}, nil); !errors.Is(err, dataverse.ErrNotFound) {
		t.Errorf("no such table: %v", err)
	}
}

// Lost answers do not make rows twice.
func TestBulkSurvives(t *testing.T) {
	ctx := t.Context()
	way := badly(trust, 0.3, "CreateMultiple")
	accounts := dataverse.Table[Account](dial("contoso-app", "contoso", way), "accounts")
	want := map[dataverse.ID]bool{}
	for range 30 {
		ids, err := accounts.CreateMultiple(ctx, []Account{{Name: "Once"}, {Name: "Once"}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		want[ids[0]], want[ids[1]] = true, true
	}
	for row, err := range accounts.All(ctx, dataverse.Where("name").Eq("Once")) {
		if err != nil || !want[row.ID] {
			t.Error(row.ID, err)
		}
		delete(want, row.ID)
	}
	if len(want) > 0 || way.hurt.Load() == 0 {
		t.Errorf("%d rows are missing, %d requests hurt", len(want), way.hurt.Load())
	}
}
