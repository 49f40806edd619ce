package query

import (
	"testing"
	"time"
)

// TestFiscalParts: parts of fiscal years hold what they were made of, and are no others.
func TestFiscalParts(t *testing.T) {
	seen := map[Part]bool{}
	for _, months := range []int{0, 1, 3, 6, 12} {
		for month := time.January; month <= time.December; month++ {
			for day := 1; day <= 31; day++ {
				p := FiscalPeriod(month, day, months)
				if m, d, n, is := p.Fiscal(); !is || m != month || d != day || n != months || seen[p] {
					t.Fatalf("%v %d, %d months: %v %d %d %v", month, day, months, m, d, n, is)
				}
				seen[p] = true
			}
		}
	}
	for _, p := range []Part{0, Day, Week, Month, Quarter, Year, firstFiscal - 1, FiscalPeriod(time.December, 31, 12) + 1, FiscalPeriod(time.May, 1, 5)} {
		if _, _, _, is := p.Fiscal(); is {
			t.Errorf("%d is fiscal", p)
		}
	}
}
