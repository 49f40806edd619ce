package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/spf13/cobra"

	"github.com/stead-s2s/stead"
	"github.com/stead-s2s/stead/dataverse"
	"github.com/stead-s2s/stead/dataverse/gen"
)

// genFlags are what `stead gen go` may be told.
type genFlags struct {
	gen.Options
	data, environment, app string
	url, out               string
}

func newGen() *cobra.Command {
	c := &cobra.Command{
		Use:   "gen",
		Short: "Write code from an environment's tables",
		Args:  noArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(newGenGo())
	return c
}

func newGenGo() *cobra.Command {
	var f genFlags
	c := &cobra.Command{
		Use:   "go",
		Short: "Write Go types of tables, for the dataverse package",
		Long: `Write Go types of tables: a struct for rows of each, types with constants for choices, references
and alternate keys. The definitions are read from an environment of the local world, or with --url
from any other, as whom azidentity's DefaultAzureCredential finds.`,
		Example: `  stead gen go --tables account,contact --package crm --out crm_gen.go
  stead gen go --tables account --package crm --url https://contoso.crm4.dynamics.com`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error { return genGo(c, f) },
	}
	dataFlag(c, &f.data)
	c.Flags().StringSliceVar(&f.Tables, "tables", nil, "logical `names` of the tables, with commas between")
	c.Flags().StringVar(&f.Package, "package", "", "`name` of the Go package")
	c.Flags().StringVar(&f.out, "out", "", "`file` to write (default: standard output)")
	c.Flags().StringVar(&f.environment, "environment", "", "the `name` of the environment (default: the first)")
	c.Flags().StringVar(&f.app, "app", "", "the application to be (default: the first of the environment's tenant)")
	c.Flags().StringVar(&f.url, "url", "", "`address` of an environment elsewhere")
	c.MarkFlagsMutuallyExclusive("url", "environment")
	c.MarkFlagsMutuallyExclusive("url", "app")
	return c
}

func genGo(c *cobra.Command, f genFlags) error {
	if len(f.Tables) == 0 || f.Package == "" {
		return usageError{errors.New("--tables and --package are needed")}
	}
	client, err := f.client()
	if err != nil {
		return err
	}
	text, err := gen.Go(c.Context(), client, f.Options)
	if errors.Is(err, dataverse.ErrNotFound) {
		return notFoundError{err}
	}
	if err != nil {
		return err
	}
	if f.out == "" {
		_, err = c.OutOrStdout().Write(text)
		return err
	}
	return os.WriteFile(f.out, text, 0o644)
}

// client is of the local world's environment, or of the one elsewhere.
func (f genFlags) client() (*dataverse.Client, error) {
	if f.url != "" {
		cred, err := azidentity.NewDefaultAzureCredential(nil)
		if err != nil {
			return nil, err
		}
		return dataverse.NewClient(f.url, cred, nil)
	}
	w, err := stead.ReadWorld(absolute(f.data))
	if err != nil {
		return nil, err
	}
	chosen := usageFlags{environment: f.environment, app: f.app}
	if err := chosen.fill(w); err != nil {
		return nil, err
	}
	return localClient(w, chosen.environment, chosen.app)
}

// localClient is of an application in an environment of a local world.
func localClient(w stead.World, environment, app string) (*dataverse.Client, error) {
	e, _ := w.Environment(environment)
	a, found := w.App(app)
	if !found {
		return nil, usageError{fmt.Errorf("no application %q in this world", app)}
	}
	transport, err := w.HTTPClient()
	if err != nil {
		return nil, err
	}
	options := azcore.ClientOptions{Transport: transport, Cloud: cloud.Configuration{
		ActiveDirectoryAuthorityHost: w.Authority, Services: map[cloud.ServiceName]cloud.ServiceConfiguration{}}}
	cred, err := azidentity.NewClientSecretCredential(e.TenantID, a.ClientID, a.Secret, &azidentity.ClientSecretCredentialOptions{
		ClientOptions: options, DisableInstanceDiscovery: true})
	if err != nil {
		return nil, err
	}
	return dataverse.NewClient(e.URL, cred, &dataverse.ClientOptions{ClientOptions: options, App: "stead-gen/" + stead.Version})
}
