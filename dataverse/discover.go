package dataverse

import (
	"context"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
)

// GlobalDiscovery is the discovery service of the public cloud; other clouds have their own.
const GlobalDiscovery = "https://globaldisco.crm.dynamics.com"

// Instance is an environment that a user may enter.
type Instance struct {
	ID             ID     `json:"Id"`
	TenantID       ID     `json:"TenantId"`
	EnvironmentID  string `json:"EnvironmentId"`
	FriendlyName   string
	UniqueName     string
	URLName        string `json:"UrlName"`
	URL            string `json:"Url"`    // for people
	APIURL         string `json:"ApiUrl"` // for NewClient
	Region         string
	Version        string
	State          int // 0: enabled
	IsUserSysAdmin bool
	LastUpdated    time.Time
}

// DiscoverOptions are for Discover.
type DiscoverOptions struct {
	ClientOptions
	// Service is the address of the discovery service; GlobalDiscovery if empty.
	Service string
}

// Discover lists the environments that the user of a credential may enter, in all regions of a cloud. The
// service is for people: to applications it says that there are none.
func Discover(ctx context.Context, credential azcore.TokenCredential, o *DiscoverOptions) ([]Instance, error) {
	if o == nil {
		o = &DiscoverOptions{}
	}
	c, err := NewClient(first(o.Service, GlobalDiscovery), credential, &o.ClientOptions)
	if err != nil {
		return nil, err
	}
	var all []Instance
	for next := "/api/discovery/v2.0/Instances"; next != ""; {
		var page struct {
			Value    []Instance `json:"value"`
			NextLink string     `json:"@odata.nextLink"`
		}
		if err := c.Do(ctx, "GET", next, nil, &page, nil); err != nil {
			return nil, err
		}
		all = append(all, page.Value...)
		next = page.NextLink
	}
	return all, nil
}
