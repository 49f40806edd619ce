// Package discovery is the global discovery service, /api/discovery/v2.0: which
// environments a person may enter.
//
// It owns the paths, the shape of an instance and the two query options of that service,
// and the check of the token, whose audience is the service and no environment. It
// refuses to know what makes somebody a user: environments answer that, one by one,
// through Config.Instances. Applications are answered with nothing, as the service does
// (Dataverse facts 1.8, and 8, item 20).
//
// environment composes it over the environments of a world.
package discovery
