package stead

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
)

// docs/map.md names every room under the heading of its house.
func TestMapNamesEveryRoom(t *testing.T) {
	text, err := os.ReadFile("docs/map.md")
	if err != nil {
		t.Fatal(err)
	}
	chapters := strings.Split(string(text), "\n## ")
	rooms := 0
	for house, heading := range map[string]string{
		"authority": "The authority", "environment": "The environment", "internal": "The hallway", "dataverse": "The SDK",
	} {
		chapter := ""
		for _, c := range chapters {
			if strings.HasPrefix(c, heading) {
				chapter = c
			}
		}
		for _, room := range roomsOf(t, house) {
			if rooms++; !strings.Contains(chapter, "`"+room+"`") {
				t.Errorf("docs/map.md, %s: no room `%s`", heading, room)
			}
		}
	}
	if rooms < 50 {
		t.Errorf("only %d rooms were found", rooms)
	}
}

// roomsOf are the directories with Go in a house, without its name and "internal". What is for
// tests alone, or inside of a room, is none.
func roomsOf(t *testing.T, house string) (all []string) {
	t.Helper()
	err := filepath.WalkDir(house, func(file string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() || filepath.ToSlash(file) == house {
			return err
		}
		if d.Name() == "testdata" || strings.HasSuffix(d.Name(), "test") && d.Name() != "s3test" || strings.Contains(filepath.ToSlash(file), "/gen/internal") {
			return filepath.SkipDir
		}
		if code, _ := filepath.Glob(filepath.Join(file, "*.go")); len(code) > 0 {
			room := strings.TrimPrefix(filepath.ToSlash(file), house+"/")
			all = append(all, strings.TrimPrefix(path.Clean(room), "internal/"))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
