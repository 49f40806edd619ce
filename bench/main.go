package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/stead-s2s/stead"
	"github.com/stead-s2s/stead/internal/sqldb/sqldbtest"
)

// accounts is how many generated accounts the measured environment holds.
const accounts = 10_000

func main() {
	err := errors.New("usage: bench [accounting | rows accounts… | server | sdk]")
	switch {
	case len(os.Args) == 3 && os.Args[1] == "bare":
		err = serveBare(os.Args[2])
	case len(os.Args) == 4 && os.Args[1] == "worlds":
		err = serveWorlds(os.Args[2], os.Args[3])
	case len(os.Args) == 2 && os.Args[1] == "accounting":
		err = accounting()
	case len(os.Args) > 2 && os.Args[1] == "rows":
		err = measureRows(os.Args[2:])
	case len(os.Args) == 2 && os.Args[1] == "sdk":
		err = measureSDK()
	case len(os.Args) == 2 && os.Args[1] == "server":
		err = measureServer()
	case len(os.Args) == 1:
		err = measure()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// measure runs everything and prints it.
func measure() error {
	if err := start(); err != nil {
		return err
	}
	if err := sideBySide(accounts, nil, both.rates); err != nil {
		return err
	}
	return accounting()
}

// measureRows measures reads and writes at each of the given numbers of accounts.
func measureRows(sizes []string) error {
	for _, text := range sizes {
		n, err := strconv.Atoi(text)
		if err != nil {
			return err
		}
		if err := rowsOf(n, "in a file"); err != nil {
			return err
		}
	}
	return nil
}

// measureServer is the same of environments that a database server keeps, the one that
// tests are given. The bare handlers ask it through the same seam.
func measureServer() error {
	address := os.Getenv(sqldbtest.Variable)
	if address == "" {
		return errors.New(sqldbtest.Variable + " names no server")
	}
	if err := sideBySide(accounts, []string{"--database", address}, both.rates); err != nil {
		return err
	}
	return rowsOf(accounts, "at a server", "--database", address)
}

// both are Stead and the bare handlers, started.
type both struct {
	client       *http.Client
	world        stead.World
	bare         string // its address
	pid, barePID int
}

// sideBySide starts Stead and the bare handlers for as long as do takes.
func sideBySide(accounts int, flags []string, do func(both) error) error {
	data, err := os.MkdirTemp("", "stead-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(data)
	var b both
	var stop, stopBare func()
	if b.world, b.pid, stop, err = startStead(data, append(flags, "--rows", fmt.Sprint(accounts), "--limits", "off")...); err != nil {
		return err
	}
	defer stop()
	if b.bare, b.barePID, stopBare, err = startBare(data); err != nil {
		return err
	}
	defer stopBare()
	if b.client, err = trusting(b.world); err != nil {
		return err
	}
	return do(b)
}

// rates measures tokens, point reads and lists against the bare handlers.
func (b both) rates() error {
	client, w, bare := b.client, b.world, b.bare
	app, _ := w.App("contoso-app")
	environment, _ := w.Environment("contoso")
	form := credentials(app, environment)
	token, err := tokenOf(client, w.Authority+"/"+app.TenantID+"/oauth2/v2.0/token", form)
	if err != nil {
		return err
	}
	id, city, err := anAccount(client, environment.URL, token)
	if err != nil {
		return err
	}
	list := columns + "&$filter=" + url.QueryEscape("address1_city eq '"+city+"'") + "&$orderby=name&$top=50"
	fmt.Printf("\n%-34s %12s %12s %7s\n", "", "Stead", "bare", "ratio")
	for _, m := range []struct {
		name        string
		connections int
		stead, bare func() (*http.Request, error)
	}{
		{"tokens/s, 16 connections", 16, post(w.Authority+"/"+app.TenantID+"/oauth2/v2.0/token", form), post(bare+"/token", form)},
		{"point reads/s, 11 columns", 4,
			pointRead(environment, id, token),
			get(bare+"/point?id="+strings.ReplaceAll(id, "-", ""), "")},
		{"lists/s, 50 rows of 7 columns", 4, get(environment.URL+"/api/data/v9.2/accounts"+list, token), get(bare+"/list?city="+url.QueryEscape(city), "")},
	} {
		results, err := inTurn(3, load{client, m.stead, m.connections, 2 * time.Second}, load{client, m.bare, m.connections, 2 * time.Second})
		if err != nil {
			return err
		}
		s, b := results[0], results[1]
		fmt.Printf("%-34s %12.0f %12.0f %7.2f   p50 %s / %s   p99 %s / %s\n", m.name, s.perSecond, b.perSecond, s.perSecond/b.perSecond,
			s.median.Round(10*time.Microsecond), b.median.Round(10*time.Microsecond), s.p99.Round(10*time.Microsecond), b.p99.Round(10*time.Microsecond))
	}
	return nil
}

const columns = "?$select=name,accountnumber,telephone1,address1_city,numberofemployees,statecode"

func pointRead(e stead.Environment, id, token string) func() (*http.Request, error) {
	return get(e.URL+"/api/data/v9.2/accounts("+id+")"+columns+",statuscode,createdon,_ownerid_value,_primarycontactid_value", token)
}

// credentials is the form with which an application gets a token for an environment.
func credentials(app stead.App, e stead.Environment) string {
	return url.Values{
		"grant_type": {"client_credentials"}, "client_id": {app.ClientID}, "client_secret": {app.Secret}, "scope": {e.URL + "/.default"},
	}.Encode()
}

func post(url, form string) func() (*http.Request, error) {
	return func() (*http.Request, error) {
		r, err := http.NewRequest(http.MethodPost, url, strings.NewReader(form))
		if err == nil {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		return r, err
	}
}

func get(url, token string) func() (*http.Request, error) {
	return func() (*http.Request, error) {
		r, err := http.NewRequest(http.MethodGet, url, nil)
		if err == nil && token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		return r, err
	}
}

func tokenOf(client *http.Client, url, form string) (string, error) {
	var answer struct {
		Token string `json:"access_token"`
	}
	err := fetch(client, post(url, form), &answer)
	return answer.Token, err
}

// anAccount picks a generated account and its city.
func anAccount(client *http.Client, environment, token string) (id, city string, err error) {
	var answer struct {
		Value []struct {
			ID   string `json:"accountid"`
			City string `json:"address1_city"`
		} `json:"value"`
	}
	query := "/api/data/v9.2/accounts?$select=address1_city&$filter=" + url.QueryEscape("address1_city ne null") + "&$orderby=createdon%20desc&$top=1"
	if err := fetch(client, get(environment+query, token), &answer); err != nil {
		return "", "", err
	}
	if len(answer.Value) == 0 {
		return "", "", errors.New("no account has a city")
	}
	return answer.Value[0].ID, answer.Value[0].City, nil
}

func fetch(client *http.Client, request func() (*http.Request, error), to any) error {
	r, err := request()
	if err != nil {
		return err
	}
	answer, err := client.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s: %s", r.URL, answer.Status, body)
	}
	return json.Unmarshal(body, to)
}

func trusting(w stead.World) (*http.Client, error) {
	pem, err := os.ReadFile(w.CA)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	return &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, MaxIdleConnsPerHost: 64}}, nil
}

// startStead starts the built binary on a data directory and waits until every
// port answers.
func startStead(data string, flags ...string) (w stead.World, pid int, stop func(), err error) {
	binary, err := filepath.Abs("bin/stead")
	if err != nil {
		return w, 0, nil, err
	}
	c := exec.Command(binary, append([]string{"up", "--data", data, "--port", "0"}, flags...)...)
	c.Stderr = os.Stderr
	if err := c.Start(); err != nil {
		return w, 0, nil, fmt.Errorf("%w (make build first)", err)
	}
	stop = func() {
		_ = c.Process.Signal(os.Interrupt)
		_ = c.Wait()
	}
	for deadline := time.Now().Add(time.Hour); time.Now().Before(deadline); time.Sleep(2 * time.Millisecond) {
		w, err = stead.ReadWorld(data)
		if err == nil && stead.Check(context.Background(), w) == nil {
			return w, c.Process.Pid, stop, nil
		}
	}
	stop()
	return w, 0, nil, errors.New("stead did not come up")
}

func startBare(data string) (address string, pid int, stop func(), err error) {
	c := exec.Command(os.Args[0], "bare", data)
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	if err != nil {
		return "", 0, nil, err
	}
	if err := c.Start(); err != nil {
		return "", 0, nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	stop = func() { _ = c.Process.Kill(); _ = c.Wait() }
	return strings.TrimSpace(line), c.Process.Pid, stop, err
}
