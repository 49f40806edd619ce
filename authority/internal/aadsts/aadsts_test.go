package aadsts

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// The answer of Entra facts 7.1, member for member.
func TestJSON(t *testing.T) {
	e := SecretInvalid.With("4d856d1f-0000-4000-8000-000000000001")
	got := e.JSON(Place{
		Now:     time.Date(2023, 2, 20, 8, 21, 29, 5, time.FixedZone("", 3600)),
		TraceID: "6bad8289-db4a-49da-8609-0848d8d71700", CorrelationID: "63b8bb61-0000-4000-8000-000000000002", BaseURL: "https://localhost:8443",
	})
	const want = `{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '4d856d1f-0000-4000-8000-000000000001'. Trace ID: 6bad8289-db4a-49da-8609-0848d8d71700 Correlation ID: 63b8bb61-0000-4000-8000-000000000002 Timestamp: 2023-02-20 07:21:29Z","error_codes":[7000215],"timestamp":"2023-02-20 07:21:29Z","trace_id":"6bad8289-db4a-49da-8609-0848d8d71700","correlation_id":"63b8bb61-0000-4000-8000-000000000002","error_uri":"https://localhost:8443/error?code=7000215"}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	sub := NotAssigned.With("a", "b", "c", "d")
	sub.SubError = "message_only"
	if text := string(sub.JSON(Place{})); !strings.HasSuffix(text, `,"suberror":"message_only"}`) {
		t.Errorf("got %s", text)
	}
}

func TestJSONIsJSONWhateverWasSent(t *testing.T) {
	for _, sent := range []string{`"`, "\x00\n", "<&>'", "\xff", " ", `\`} {
		var b map[string]any
		if err := json.Unmarshal(TenantNotFound.With(sent).JSON(Place{}), &b); err != nil {
			t.Errorf("%q: %v", sent, err)
		}
	}
}

func TestStatus(t *testing.T) {
	for entry, want := range map[*Entry]int{&SecretInvalid: 401, &AppNotFound: 400, &TenantNotFound: 400, &Unavailable: 503, &Unexpected: 500} {
		if got := entry.With().Status; got != want {
			t.Errorf("%s answers %d, want %d", entry.Code(), got, want)
		}
	}
}

// What a client sent never reaches the log through an error's text.
func TestErrorTextRepeatsNothing(t *testing.T) {
	e := InvalidAppID.With("hunter2").Helping("send the client id").Because(errors.New("not a GUID"))
	if got := e.Error(); got != "AADSTS700038 InvalidApplicationIdentifier: send the client id: not a GUID" {
		t.Errorf("got %q", got)
	}
}

func TestFrom(t *testing.T) {
	cause := errors.New("disk on fire")
	wrapped := fmt.Errorf("find app: %w", AppNotFound.With("a", "b"))
	if e := From(wrapped); e.Number != 700016 || !Is(wrapped, AppNotFound) || Is(wrapped, AppDisabled) {
		t.Errorf("got %v", e)
	}
	if e := From(cause); e.Number != Unexpected.Number || !errors.Is(e, cause) || strings.Contains(string(e.JSON(Place{})), "fire") {
		t.Errorf("got %v", e)
	}
}

// Every entry declared is listed once: the page that explains codes knows them all.
func TestCatalogueIsListed(t *testing.T) {
	files, err := filepath.Glob("catalogue*.go")
	if err != nil {
		t.Fatal(err)
	}
	declared := 0
	for _, name := range files {
		declared += countEntries(t, name)
	}
	seen := map[int]bool{}
	for _, e := range slices.Concat(lists...) {
		if seen[e.Number] || e.Name == "" || e.Word == "" || e.Template == "" {
			t.Errorf("entry %+v", e)
		}
		seen[e.Number] = true
		if found, ok := ByNumber(e.Number); !ok || found != e {
			t.Errorf("%d finds %+v", e.Number, found)
		}
	}
	if declared != len(seen) || declared == 0 {
		t.Errorf("%d declared, %d listed", declared, len(seen))
	}
	if _, ok := ByNumber(1); ok {
		t.Error("1 is no code")
	}
}

// countEntries counts the variables of a file that are written as Entry{…}.
func countEntries(t *testing.T, name string) (declared int) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if v, is := n.(*ast.ValueSpec); is && len(v.Values) == 1 {
			if lit, is := v.Values[0].(*ast.CompositeLit); is {
				if kind, is := lit.Type.(*ast.Ident); is && kind.Name == "Entry" {
					declared++
				}
			}
		}
		return true
	})
	return declared
}
