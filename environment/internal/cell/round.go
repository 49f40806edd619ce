package cell

import (
	"math"
	"math/big"
	"strconv"
	"strings"
)

// MoneyUnit is how many units of stored money make one: ten-thousandths.
const MoneyUnit = 10_000

// RoundMoney rounds an amount in ten-thousandths to a number of decimals, halves away
// from zero. An amount that would leave 64 bits is returned as it is; it is outside
// every range.
func RoundMoney(n int64, decimals int) int64 {
	if decimals < 0 || decimals >= 4 {
		return n
	}
	step := [...]int64{10_000, 1_000, 100, 10}[decimals]
	rest := n % step
	if rest == 0 || n > math.MaxInt64-step || n < math.MinInt64+step {
		return n
	}
	n -= rest
	switch {
	case rest >= step/2:
		return n + step
	case -rest >= step/2:
		return n - step
	default:
		return n
	}
}

// InBase converts an amount to base currency: amount / rate, rounded to the decimals
// of the base column. A rate of zero or less is no rate; the amount is then kept. What
// leaves 64 bits becomes the outermost number, which is outside of every range.
func InBase(amount int64, rate float64, decimals int) int64 {
	if rate == 1 || rate <= 0 {
		return RoundMoney(amount, decimals)
	}
	r, ok := new(big.Rat).SetString(strconv.FormatFloat(rate, 'f', -1, 64))
	if !ok {
		return amount
	}
	step := int64(1)
	if decimals >= 0 && decimals < 4 {
		step = [...]int64{10_000, 1_000, 100, 10}[decimals]
	}
	q := new(big.Rat).Quo(new(big.Rat).SetInt64(amount), r.Mul(r, big.NewRat(step, 1)))
	n := nearest(q)
	if n.Mul(n, big.NewInt(step)); !n.IsInt64() {
		if n.Sign() < 0 {
			return math.MinInt64
		}
		return math.MaxInt64
	}
	return n.Int64()
}

// nearest is the whole number nearest to q, halves away from zero.
func nearest(q *big.Rat) *big.Int {
	twice := new(big.Int).Mul(new(big.Int).Abs(q.Num()), big.NewInt(2))
	twice.Add(twice, q.Denom())
	n := twice.Quo(twice, new(big.Int).Mul(q.Denom(), big.NewInt(2)))
	if q.Sign() < 0 {
		n.Neg(n)
	}
	return n
}

// round rounds the decimal number that x prints as to a number of decimals, halves
// away from zero: 2.675 becomes 2.68, though the nearest binary fraction is a little
// less.
func round(x float64, decimals int) float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) || decimals < 0 || decimals > 15 {
		return x
	}
	// Beyond 2^53 there are no fractions.
	if math.Abs(x) >= 1<<53 {
		return x
	}
	text := strconv.FormatFloat(math.Abs(x), 'f', -1, 64)
	if _, fraction, _ := strings.Cut(text, "."); len(fraction) <= decimals {
		return x
	}
	q, ok := new(big.Rat).SetString(text)
	if !ok {
		return x
	}
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(decimals)), nil)
	n := nearest(q.Mul(q, new(big.Rat).SetInt(scale)))
	rounded, _ := new(big.Rat).SetFrac(n, scale).Float64()
	if x < 0 && rounded != 0 {
		return -rounded
	}
	return rounded
}
