package dataverse

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
)

// Behavior is what the requests of a client ask of the server beside their own business. The zero value
// asks for nothing.
type Behavior struct {
	// Solution is the unique name of the solution that takes up components made.
	Solution string
	// BypassSync and BypassAsync leave out the plug-ins and workflows that makers have registered to
	// run with a request or after it; BypassSteps those of certain steps alone. Needs privileges.
	BypassSync, BypassAsync bool
	BypassSteps             []ID
	// SuppressFlows keeps cloud flows from being started.
	SuppressFlows bool
	// DetectDuplicates runs the duplicate rules, which the Web API leaves out by itself.
	DetectDuplicates bool
	// StrongConsistency makes the server look behind its caches, so that changes to definitions and roles are
	// seen at once.
	StrongConsistency bool
	// PartitionID names the partition that rows of elastic tables are in.
	PartitionID string
	// Tag is handed to plug-ins.
	Tag string
	// CorrelationID groups the requests of one operation in the server's logs.
	CorrelationID ID
}

// With gives a client whose requests have a behavior, in place of what they had.
func (c *Client) With(b Behavior) *Client {
	other := *c
	other.behavior = b
	return &other
}

// apply adds headers and options to a request.
func (b *Behavior) apply(r *http.Request) error {
	set := func(name, value string, when bool) {
		if when {
			r.Header.Set(name, value)
		}
	}
	if strings.ContainsAny(b.Solution, "\r\n") {
		return errors.New("dataverse: a solution's name has no line breaks")
	}
	var bypass, steps []string
	if b.BypassSync {
		bypass = append(bypass, "CustomSync")
	}
	if b.BypassAsync {
		bypass = append(bypass, "CustomAsync")
	}
	for _, id := range b.BypassSteps {
		steps = append(steps, id.String())
	}
	set("MSCRM.SolutionUniqueName", b.Solution, b.Solution != "")
	set("MSCRM.BypassBusinessLogicExecution", strings.Join(bypass, ","), bypass != nil)
	set("MSCRM.BypassBusinessLogicExecutionStepIds", strings.Join(steps, ","), steps != nil)
	set("MSCRM.SuppressCallbackRegistrationExpanderJob", "true", b.SuppressFlows)
	set("MSCRM.SuppressDuplicateDetection", "false", b.DetectDuplicates)
	set("Consistency", "Strong", b.StrongConsistency)
	set("X-Ms-Correlation-Id", b.CorrelationID.String(), !b.CorrelationID.IsZero())
	for name, value := range map[string]string{"partitionId": b.PartitionID, "tag": b.Tag} {
		if value != "" {
			addOption(r.URL, name, value)
		}
	}
	return nil
}

// addOption adds an option to an address as it is: what is there is not written anew.
func addOption(u *url.URL, name, value string) {
	if u.RawQuery != "" {
		u.RawQuery += "&"
	}
	u.RawQuery += name + "=" + escape(value)
}
