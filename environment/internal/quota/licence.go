package quota

// Line is a product line of the tenant's subscriptions.
type Line uint8

// The product lines that grant a pool.
const (
	Dynamics      Line = iota // Dynamics 365 Enterprise or Professional
	PowerApps                 // any
	PowerAutomate             // any
)

// Product is how many users are subscribed to a line.
type Product struct {
	Line     Line
	Licences int64
}

// addOn is what one add-on of capacity gives.
const addOn = 50_000

// Pool is how many requests in 24 hours all users without a licence share in a tenant
// (Dataverse facts 4.2): of several lines the larger figure, not the sum. A tenant
// without subscriptions has what its add-ons give.
func Pool(products []Product, addOns int64) int64 {
	most := int64(0)
	for _, p := range products {
		n := int64(25_000)
		if p.Line == Dynamics {
			n = min(500_000+5_000*p.Licences, 10_000_000)
		}
		most = max(most, n)
	}
	return most + addOn*addOns
}

// Licence is one assigned to a person.
type Licence uint8

// The licences that make a difference. An attach licence adds nothing.
const (
	Paid    Licence = iota // Power Platform or Dynamics 365, unless named below
	PerApp                 // Power Apps per app or as you go, Microsoft 365 with Power Platform, Team Member
	PerFlow                // Power Automate per flow, Copilot Studio
	Portal                 // a paid portal login
	Attach
)

// Allowance is how many requests in 24 hours a person's licences give together.
func Allowance(licences ...Licence) (sum int64) {
	for _, l := range licences {
		sum += [...]int64{Paid: 40_000, PerApp: 6_000, PerFlow: 250_000, Portal: 200, Attach: 0}[l]
	}
	return sum
}
