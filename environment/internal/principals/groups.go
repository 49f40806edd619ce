package principals

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/company"
	"github.com/stead-s2s/stead/environment/internal/meta"
)

// Groups asks which groups somebody is in, through other groups too, and, when it is asked
// for, which it owns and whether it is a guest of the tenant.
func (g *Graph) Groups(ctx context.Context, user access.User, owned, guest bool) (company.Groups, error) {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	var is company.Groups
	var in struct{ Value []string }
	err := g.post(ctx, "/v1.0/directoryObjects/"+user.ObjectID.String()+"/getMemberGroups", `{"securityEnabledOnly":false}`, &in)
	if err != nil {
		return is, err
	}
	if is.In, err = parse(in.Value); err != nil {
		return is, err
	}
	if owned {
		if is.Owned, err = g.owned(ctx, user); err != nil {
			return is, err
		}
	}
	if guest && user.ApplicationID.IsZero() {
		var person struct{ UserType string }
		err = g.get(ctx, "/v1.0/users/"+user.ObjectID.String()+"?"+url.Values{"$select": {"userType"}}.Encode(), &person)
		is.Guest = person.UserType == "Guest"
	}
	return is, err
}

// owned lists the groups that somebody owns, page after page.
func (g *Graph) owned(ctx context.Context, user access.User) ([]meta.ID, error) {
	set := "users"
	if !user.ApplicationID.IsZero() {
		set = "servicePrincipals"
	}
	var all []string
	next := "/v1.0/" + set + "/" + user.ObjectID.String() + "/ownedObjects/microsoft.graph.group?" + url.Values{"$select": {"id"}}.Encode()
	for range maxPages {
		var page struct {
			Value []struct{ ID string }
			Next  string `json:"@odata.nextLink"`
		}
		if err := g.get(ctx, next, &page); err != nil {
			return nil, err
		}
		for _, one := range page.Value {
			all = append(all, one.ID)
		}
		if page.Next == "" {
			return parse(all)
		}
		link, err := url.Parse(page.Next)
		if err != nil {
			return nil, fmt.Errorf("next page of owned groups: %w", err)
		}
		next = link.RequestURI()
	}
	return nil, fmt.Errorf("somebody owns more groups than %d pages hold", maxPages)
}

// maxPages is more pages than anybody's groups fill.
const maxPages = 100

func parse(texts []string) ([]meta.ID, error) {
	ids := make([]meta.ID, len(texts))
	for i, text := range texts {
		id, err := meta.ParseID(text)
		if err != nil {
			return nil, fmt.Errorf("id of a group: %w", err)
		}
		ids[i] = id
	}
	return ids, nil
}

func (g *Graph) post(ctx context.Context, path, body string, to any) error {
	token, err := g.bearer(ctx)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, g.URL+path, bytes.NewReader([]byte(body)))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+string(token))
	r.Header.Set("Content-Type", "application/json")
	return g.send(r, to)
}
