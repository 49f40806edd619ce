package graph

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/stead-s2s/stead/authority/internal/directory"
)

// federated is the JSON of a federated identity credential (Entra facts 6.3).
type federated struct {
	ID          string       `json:"id" graph:"read"`
	Name        string       `json:"name" graph:"create"`
	Issuer      string       `json:"issuer"`
	Subject     text         `json:"subject"`
	Description text         `json:"description"`
	Audiences   list[string] `json:"audiences"`
}

func federatedShape(app directory.ID) shape {
	return shapeOf[federated]("microsoft.graph.federatedIdentityCredential", "applications('"+string(app)+"')/federatedIdentityCredentials")
}

func federatedItem(a *directory.Application, f directory.FederatedCredential) item {
	return item{string(f.ID), &federated{ID: string(f.ID), Name: f.Name, Issuer: f.Issuer, Subject: text(f.Subject),
		Description: text(f.Description), Audiences: slices.Clone(f.Audiences)}, federatedShape(a.ID)}
}

func (c *call) listFederated() (answer, error) {
	a, err := c.application(c.ids[0])
	if err != nil {
		return answer{}, err
	}
	var items []item
	for _, f := range a.Federated {
		items = append(items, federatedItem(a, f))
	}
	return c.list(federatedShape(a.ID), items, false)
}

// findFederated finds one by id or by name, "name=…" too; -1 for none.
func findFederated(a directory.Application, key string) int {
	if name, value, named := strings.Cut(key, "="); named && strings.EqualFold(name, "name") {
		key = value
	}
	return slices.IndexFunc(a.Federated, func(f directory.FederatedCredential) bool {
		return strings.EqualFold(string(f.ID), key) || f.Name == key
	})
}

func (c *call) getFederated() (answer, error) {
	a, err := c.application(c.ids[0])
	if err != nil {
		return answer{}, err
	}
	i := findFederated(*a, c.ids[1])
	if i < 0 {
		return answer{}, notFound(c.ids[1])
	}
	return c.one(federatedItem(a, a.Federated[i]))
}

func (c *call) createFederated() (answer, error) {
	a, err := c.ownApplication()
	if err != nil {
		return answer{}, err
	}
	return c.addFederated(a, "")
}

// maxFederated is how many an application may have.
const maxFederated = 20

// addFederated makes one; name is that of the path, or empty.
func (c *call) addFederated(a directory.Application, name string) (answer, error) {
	id, err := c.id()
	if err != nil {
		return answer{}, err
	}
	f := directory.FederatedCredential{ID: id, Name: name}
	if err := c.readFederated(&a, &f, true); err != nil {
		return answer{}, err
	}
	if len(f.Name) < 3 || len(f.Name) > 120 {
		return answer{}, badRequest("The name of a federated identity credential must have 3 to 120 characters.")
	}
	if findFederated(a, f.Name) >= 0 {
		return answer{}, refuse(http.StatusConflict, "Request_MultipleObjectsWithSameKeyValue", "FederatedIdentityCredential with name %s already exists.", f.Name)
	}
	if len(a.Federated) >= maxFederated {
		return answer{}, refuse(http.StatusForbidden, "Directory_QuotaExceeded", "The application has the most federated identity credentials it may have: %d.", maxFederated)
	}
	a.Federated = append(slices.Clone(a.Federated), f)
	if err := uniqueFederated(a); err != nil {
		return answer{}, err
	}
	c.putApplication(a)
	return c.created(federatedItem(&a, f), "/applications/"+string(a.ID)+"/federatedIdentityCredentials/"+string(f.ID))
}

func (c *call) readFederated(a *directory.Application, f *directory.FederatedCredential, creating bool) error {
	v := federatedItem(a, *f).view.(*federated)
	if _, err := federatedShape(a.ID).read(c.body, v, creating); err != nil {
		return err
	}
	f.Name, f.Issuer, f.Subject, f.Description, f.Audiences = v.Name, v.Issuer, string(v.Subject), string(v.Description), v.Audiences
	issuer, err := url.Parse(f.Issuer)
	switch {
	case err != nil || issuer.Scheme != "https" || issuer.Host == "" || len(f.Issuer) > 600:
		return badRequest("The issuer of a federated identity credential must be an https URL of at most 600 characters.")
	case f.Subject == "" || len(f.Subject) > 600:
		return badRequest("The subject of a federated identity credential must have 1 to 600 characters.")
	case len(f.Audiences) != 1 || f.Audiences[0] == "":
		return badRequest("A federated identity credential must have exactly one audience.")
	}
	return nil
}

// uniqueFederated: no two may have the same issuer and subject.
func uniqueFederated(a directory.Application) error {
	seen := map[[2]string]bool{}
	for _, f := range a.Federated {
		key := [2]string{f.Issuer, f.Subject}
		if seen[key] {
			return refuse(http.StatusConflict, "Request_MultipleObjectsWithSameKeyValue", "The combination of issuer and subject must be unique for this application.")
		}
		seen[key] = true
	}
	return nil
}

// updateFederated changes one, or makes it when the request prefers that.
func (c *call) updateFederated() (answer, error) {
	a, err := c.ownApplication()
	if err != nil {
		return answer{}, err
	}
	i := findFederated(a, c.ids[1])
	if i < 0 {
		if strings.Contains(strings.ToLower(c.prefer), "create-if-missing") {
			_, name, named := strings.Cut(c.ids[1], "=")
			if !named {
				name = c.ids[1]
			}
			return c.addFederated(a, name)
		}
		return answer{}, notFound(c.ids[1])
	}
	a.Federated = slices.Clone(a.Federated)
	if err := c.readFederated(&a, &a.Federated[i], false); err != nil {
		return answer{}, err
	}
	if err := uniqueFederated(a); err != nil {
		return answer{}, err
	}
	c.putApplication(a)
	return answer{status: http.StatusNoContent}, nil
}

func (c *call) deleteFederated() (answer, error) {
	a, err := c.ownApplication()
	if err != nil {
		return answer{}, err
	}
	i := findFederated(a, c.ids[1])
	if i < 0 {
		return answer{}, notFound(c.ids[1])
	}
	a.Federated = slices.Delete(slices.Clone(a.Federated), i, i+1)
	c.putApplication(a)
	return answer{status: http.StatusNoContent}, nil
}
