package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stead-s2s/stead"
)

// variable is one environment variable that client libraries read.
type variable struct{ name, value string }

func newEnv() *cobra.Command {
	var data, format, app, environment string
	c := &cobra.Command{
		Use:   "env",
		Short: "Print the variables that SDKs read, or the whole world as JSON",
		Long: `Print the environment variables that client libraries read, for one application and one
environment of the world. It works while the world runs and after.

  eval "$(stead env)"                  into a POSIX shell
  stead env -o dotenv > .env           for tools that read .env files
  stead env -o github >> "$GITHUB_ENV" for the next steps of a GitHub workflow
  stead env -o json                    the whole world`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			w, err := stead.ReadWorld(absolute(data))
			if err != nil {
				return err
			}
			if format == "json" {
				return writeJSON(c.OutOrStdout(), w)
			}
			vars, err := variables(w, app, environment)
			if err != nil {
				return err
			}
			return writeVariables(c.OutOrStdout(), format, vars)
		},
	}
	dataFlag(c, &data)
	c.Flags().StringVarP(&format, "output", "o", "shell", "shell, dotenv, json or github")
	c.Flags().StringVar(&app, "app", "contoso-app", "the application to be")
	c.Flags().StringVar(&environment, "environment", "", "the environment to call (default: the first of the application's tenant)")
	return c
}

// variables gives what an SDK needs to call environment as app.
func variables(w stead.World, appName, environment string) ([]variable, error) {
	app, ok := w.App(appName)
	if !ok {
		return nil, usageError{fmt.Errorf("no application %q in this world; there are %s", appName, names(w.Apps, func(a stead.App) string { return a.Name }))}
	}
	url, err := environmentURL(w, app, environment)
	if err != nil {
		return nil, err
	}
	vars := []variable{
		{"AZURE_AUTHORITY_HOST", w.Authority},
		{"AZURE_TENANT_ID", app.TenantID},
		{"AZURE_CLIENT_ID", app.ClientID},
		{"AZURE_CLIENT_SECRET", app.Secret},
	}
	if app.Certificate != "" {
		vars = append(vars, variable{"AZURE_CLIENT_CERTIFICATE_PATH", app.Certificate})
	}
	return append(vars,
		variable{"DATAVERSE_URL", url},
		variable{"STEAD_CA", w.CA},
		variable{"SSL_CERT_FILE", w.CA},
		variable{"NODE_EXTRA_CA_CERTS", w.CA},
		variable{"REQUESTS_CA_BUNDLE", w.CA},
	), nil
}

func environmentURL(w stead.World, app stead.App, name string) (string, error) {
	for _, e := range w.Environments {
		if e.Name == name || name == "" && e.TenantID == app.TenantID {
			return e.URL, nil
		}
	}
	return "", usageError{fmt.Errorf("no environment %q in this world; there are %s", name, names(w.Environments, func(e stead.Environment) string { return e.Name }))}
}

func names[T any](all []T, name func(T) string) string {
	var list []string
	for _, one := range all {
		list = append(list, name(one))
	}
	return strings.Join(list, ", ")
}

func writeVariables(out io.Writer, format string, vars []variable) error {
	line, ok := map[string]func(variable) string{
		"shell":  func(v variable) string { return "export " + v.name + "=" + shellQuote(v.value) },
		"dotenv": func(v variable) string { return v.name + "=" + dotenvQuote(v.value) },
		"github": func(v variable) string { return v.name + "=" + v.value },
	}[format]
	if !ok {
		return usageError{fmt.Errorf("unknown output %q: shell, dotenv, json or github", format)}
	}
	for _, v := range vars {
		if _, err := fmt.Fprintln(out, line(v)); err != nil {
			return err
		}
	}
	return nil
}

// shellQuote quotes for every POSIX shell: nothing is special inside single quotes.
func shellQuote(s string) string {
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// dotenvQuote quotes only where readers of .env files would cut or expand.
func dotenvQuote(s string) string {
	if !strings.ContainsAny(s, " #'\"$\\") {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `\'`) + "'"
}

func writeJSON(out io.Writer, v any) error {
	e := json.NewEncoder(out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
