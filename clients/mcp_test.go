package clients

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"testing"
	"time"
)

// mcp speaks the Model Context Protocol to a server on its standard streams: JSON-RPC, a
// message a line.
type mcp struct {
	t    *testing.T
	in   io.Writer
	out  *bufio.Scanner
	log  *bytes.Buffer
	last int
}

// serveMCP starts a server and shakes its hand.
func serveMCP(t *testing.T, env []string, args ...string) *mcp {
	t.Helper()
	m := &mcp{t: t, log: &bytes.Buffer{}}
	c := exec.Command("node", append([]string{"--import", "./node/cloud.mjs"}, args...)...)
	c.Env, c.Stderr = env, m.log
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	stop := time.AfterFunc(2*time.Minute, func() { c.Process.Kill() })
	t.Cleanup(func() {
		in.Close()
		c.Process.Kill()
		c.Wait()
		stop.Stop()
	})
	m.in, m.out = in, bufio.NewScanner(out)
	m.out.Buffer(nil, 16<<20)
	m.ask("initialize", map[string]any{"protocolVersion": "2025-03-26", "capabilities": map[string]any{}, "clientInfo": map[string]any{"name": "witness", "version": "1"}})
	m.send(map[string]any{"jsonrpc": "2.0", "method": "notifications/initialized"})
	return m
}

func (m *mcp) send(message map[string]any) {
	m.t.Helper()
	text, err := json.Marshal(message)
	if err != nil {
		m.t.Fatal(err)
	}
	if _, err := m.in.Write(append(text, '\n')); err != nil {
		m.t.Fatalf("%v\n%s", err, m.log)
	}
}

// ask sends a request and gives its result; notifications meanwhile are passed over.
func (m *mcp) ask(method string, params map[string]any) map[string]any {
	m.t.Helper()
	m.last++
	m.send(map[string]any{"jsonrpc": "2.0", "id": m.last, "method": method, "params": params})
	for m.out.Scan() {
		var answer struct {
			ID     int
			Result map[string]any
			Error  any
		}
		if err := json.Unmarshal(m.out.Bytes(), &answer); err != nil {
			m.t.Fatalf("%v in %s", err, m.out.Text())
		}
		if answer.ID != m.last {
			continue
		}
		if answer.Error != nil {
			m.t.Fatalf("%s: %v", method, answer.Error)
		}
		return answer.Result
	}
	m.t.Fatalf("%s was not answered: %v\n%s", method, m.out.Err(), m.log)
	return nil
}

// call runs a tool and gives the text of its answer, and whether that is an error.
func (m *mcp) call(tool string, arguments map[string]any) (text string, failed bool) {
	m.t.Helper()
	result := m.ask("tools/call", map[string]any{"name": tool, "arguments": arguments})
	parts, _ := result["content"].([]any)
	for _, part := range parts {
		piece, _ := part.(map[string]any)
		text += fmt.Sprint(piece["text"])
	}
	failed, _ = result["isError"].(bool)
	return text, failed
}

// tools lists the names of the server's tools.
func (m *mcp) tools() (names []string) {
	m.t.Helper()
	all, _ := m.ask("tools/list", map[string]any{})["tools"].([]any)
	for _, one := range all {
		tool, _ := one.(map[string]any)
		names = append(names, fmt.Sprint(tool["name"]))
	}
	return names
}
