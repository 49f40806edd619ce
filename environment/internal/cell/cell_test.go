package cell

import (
	"math"
	"math/big"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
)

func TestRound(t *testing.T) {
	tests := []struct {
		in       float64
		decimals int
		want     float64
	}{
		{2.675, 2, 2.68}, {-2.675, 2, -2.68}, {2.674999, 2, 2.67}, {1.005, 2, 1.01}, {0.5, 0, 1}, {-0.5, 0, -1}, {-0.4, 0, 0},
		{1.23456789012, 10, 1.2345678901}, {99999999999.99, 1, 100000000000}, {1e300, 2, 1e300}, {12, 4, 12}, {0.1 + 0.2, 10, 0.3},
	}
	for _, tt := range tests {
		if got := round(tt.in, tt.decimals); got != tt.want || math.Signbit(got) != math.Signbit(tt.want) {
			t.Errorf("round(%v, %d) = %v, want %v", tt.in, tt.decimals, got, tt.want)
		}
	}
	if got := round(math.Inf(1), 2); !math.IsInf(got, 1) {
		t.Errorf("infinity became %v", got)
	}
}

// A rounded number has no more decimals than asked for, is at most half a unit away
// and stays when rounded again.
func TestRoundProperties(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		x := (r.Float64() - 0.5) * math.Pow10(r.IntN(12))
		decimals := r.IntN(11)
		got := round(x, decimals)
		_, fraction, _ := strings.Cut(strconv.FormatFloat(math.Abs(got), 'f', -1, 64), ".")
		if len(fraction) > decimals {
			t.Fatalf("round(%v, %d) = %v has more decimals", x, decimals, got)
		}
		exact, _ := new(big.Rat).SetString(strconv.FormatFloat(x, 'f', -1, 64))
		near, _ := new(big.Rat).SetString(strconv.FormatFloat(got, 'f', -1, 64))
		away := new(big.Rat).Sub(exact, near)
		half := new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Mul(big.NewInt(2), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(decimals)), nil)))
		if away.Abs(away).Cmp(half) > 0 {
			t.Fatalf("round(%v, %d) = %v is too far", x, decimals, got)
		}
		if again := round(got, decimals); again != got {
			t.Fatalf("round(%v, %d) = %v, again %v", x, decimals, got, again)
		}
	}
}

func TestRoundMoneyProperties(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 50_000 {
		n := r.Int64N(math.MaxInt64) - math.MaxInt64/2
		decimals := r.IntN(6)
		got := RoundMoney(n, decimals)
		step := int64(math.Pow10(4 - min(decimals, 4)))
		if got%step != 0 || abs(got-n)*2 > step {
			t.Fatalf("roundMoney(%d, %d) = %d", n, decimals, got)
		}
		if abs(got-n)*2 == step && abs(got) < abs(n) {
			t.Fatalf("roundMoney(%d, %d) = %d goes towards zero", n, decimals, got)
		}
	}
	for _, n := range []int64{math.MaxInt64, math.MinInt64, math.MinInt64 + 1} {
		if got := RoundMoney(n, 0); got != n {
			t.Errorf("roundMoney(%d, 0) = %d", n, got)
		}
	}
}

func abs(n int64) int64 {
	if n < 0 {
		return -n
	}
	return n
}

func TestInBase(t *testing.T) {
	tests := []struct {
		amount   int64
		rate     float64
		decimals int
		want     int64
	}{
		{1_000_000, 1, 2, 1_000_000}, {1_000_000, 0.8, 4, 1_250_000}, {1, 3, 4, 0}, {2, 3, 4, 1}, {-2, 3, 4, -1},
		{9_223_372_036_854_770_000, 1, 4, 9_223_372_036_854_770_000}, {9_223_372_036_854_770_000, 2, 4, 4_611_686_018_427_385_000},
		{9_223_372_036_854_770_000, 0.1, 4, math.MaxInt64}, {500, 0, 4, 500}, {150, 1, 2, 200}, {300, 2, 2, 200},
	}
	for _, tt := range tests {
		if got := InBase(tt.amount, tt.rate, tt.decimals); got != tt.want {
			t.Errorf("inBase(%d, %v, %d) = %d, want %d", tt.amount, tt.rate, tt.decimals, got, tt.want)
		}
	}
}

func FuzzUnits(f *testing.F) {
	for _, s := range []string{"", "abc", "ä", "😀", "a😀b", "\xff", "\ufffd"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got, want := units(s), len(utf16.Encode([]rune(s))); got != want {
			t.Errorf("units(%q) = %d, want %d", s, got, want)
		}
		if units(s) > len(s) {
			t.Errorf("%q has more units than bytes", s)
		}
	})
}

func column(kind meta.Kind, change func(*meta.Column)) *meta.Column {
	c := &meta.Column{LogicalName: "c", Kind: kind, Table: &meta.Table{LogicalName: "t"}}
	if change != nil {
		change(c)
	}
	return c
}

func TestValidate(t *testing.T) {
	options := func(c *meta.Column) { c.Options = []meta.Option{{Value: 1}, {Value: 2}} }
	account, contact := &meta.Table{LogicalName: "account"}, &meta.Table{LogicalName: "contact"}
	some := query.GUID(meta.ID{1})
	tests := []struct {
		name   string
		column *meta.Column
		value  query.Value
		target *meta.Table
		want   query.Value
		entry  *dverr.Entry
	}{
		{"empty text", column(meta.String, nil), query.Text(""), nil, query.Null(), nil},
		{"blanks stay", column(meta.Memo, nil), query.Text(" a "), nil, query.Text(" a "), nil},
		{"text of full length", column(meta.String, func(c *meta.Column) { c.MaxLength = 2 }), query.Text("ää"), nil, query.Text("ää"), nil},
		{"text too long", column(meta.String, func(c *meta.Column) { c.MaxLength = 2 }), query.Text("ääa"), nil, query.Null(), &dverr.StringTooLong},
		{"pair too long", column(meta.String, func(c *meta.Column) { c.MaxLength = 1 }), query.Text("😀"), nil, query.Null(), &dverr.StringTooLong},
		{"integer", column(meta.Integer, nil), query.Int(math.MaxInt32), nil, query.Int(math.MaxInt32), nil},
		{"integer of 33 bits", column(meta.Integer, nil), query.Int(math.MaxInt32 + 1), nil, query.Null(), &dverr.NumberOutOfRange},
		{"long integer", column(meta.BigInt, nil), query.Int(math.MaxInt64), nil, query.Int(math.MaxInt64), nil},
		{"decimal", column(meta.Decimal, func(c *meta.Column) { c.Precision = 2 }), query.Float(2.675), nil, query.Float(2.68), nil},
		{"decimal rounded out of range", column(meta.Decimal, func(c *meta.Column) { c.Max = 10 }), query.Float(10.5), nil, query.Null(), &dverr.DecimalOutOfRange},
		{"double keeps its digits", column(meta.Double, func(c *meta.Column) { c.Precision = 2 }), query.Float(2.675), nil, query.Float(2.675), nil},
		{"no number", column(meta.Double, nil), query.Float(math.NaN()), nil, query.Null(), &dverr.DecimalOutOfRange},
		{"money", column(meta.Money, func(c *meta.Column) { c.Precision = 2 }), query.Int(12_3450), nil, query.Int(12_3500), nil},
		{"greatest money", column(meta.Money, func(c *meta.Column) { c.Precision = 2 }), query.Int(9_223_372_036_854_770_000), nil, query.Int(9_223_372_036_854_770_000), nil},
		{"money out of range", column(meta.Money, nil), query.Int(math.MinInt64), nil, query.Null(), &dverr.DecimalOutOfRange},
		{"yes", column(meta.Boolean, nil), query.Bool(true), nil, query.Bool(true), nil},
		{"neither yes nor no", column(meta.Boolean, nil), query.Int(2), nil, query.Null(), &dverr.ChoiceOutOfRange},
		{"choice", column(meta.Choice, options), query.Int(2), nil, query.Int(2), nil},
		{"no choice", column(meta.Choice, options), query.Int(3), nil, query.Null(), &dverr.ChoiceOutOfRange},
		{"choices", column(meta.Choices, options), query.Text("1, 2"), nil, query.Text("1,2"), nil},
		{"choices, one of them none", column(meta.Choices, options), query.Text("1,3"), nil, query.Null(), &dverr.ChoiceOutOfRange},
		{"choices that are no numbers", column(meta.Choices, options), query.Text("a"), nil, query.Null(), &dverr.InvalidArgument},
		{"no choices", column(meta.Choices, options), query.Text(""), nil, query.Null(), nil},
		{"first second", column(meta.DateTime, nil), query.Int(time.Date(1753, 1, 1, 0, 0, 0, 0, time.UTC).Unix()), nil, query.Int(firstSecond), nil},
		{"second before", column(meta.DateTime, nil), query.Int(firstSecond - 1), nil, query.Null(), &dverr.InvalidDateTime},
		{"last second", column(meta.DateTime, nil), query.Int(time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC).Unix()), nil, query.Int(lastSecond), nil},
		{"second after", column(meta.DateTime, nil), query.Int(lastSecond + 1), nil, query.Null(), &dverr.InvalidDateTime},
		{"date without time", column(meta.DateTime, func(c *meta.Column) { c.Date = meta.DateOnly }), query.Int(-1), nil, query.Int(-86400), nil},
		{"link", column(meta.Lookup, func(c *meta.Column) { c.Targets = []*meta.Table{account} }), some, account, some, nil},
		{"link to another table", column(meta.Lookup, func(c *meta.Column) { c.Targets = []*meta.Table{account} }), some, contact, query.Null(), &dverr.InvalidArgument},
		{"link to no table", column(meta.Lookup, nil), some, nil, query.Null(), &dverr.InvalidArgument},
		{"null", column(meta.Choice, nil), query.Null(), nil, query.Null(), nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Keep(op.Assignment{Column: tt.column, Value: tt.value, Target: tt.target})
			if tt.entry != nil {
				if !tt.entry.Is(err) {
					t.Errorf("got %v, %v, want %s", got, err, tt.entry.Name)
				}
				return
			}
			if err != nil || got != tt.want {
				t.Errorf("got %v, %v, want %v", got, err, tt.want)
			}
		})
	}
}

// A value of the wrong storage class is a fault of the program, not of the client.
func TestValidateOfAnotherStorage(t *testing.T) {
	_, err := Keep(op.Assignment{Column: column(meta.Integer, nil), Value: query.Text("1")})
	if err == nil || dverr.From(err).Entry != dverr.Unexpected {
		t.Errorf("got %v", err)
	}
}

func FuzzChoices(f *testing.F) {
	c := column(meta.Choices, func(c *meta.Column) { c.Options = []meta.Option{{Value: 1}, {Value: 20}} })
	for _, s := range []string{"", "1", "1,20", " 1 , 20 ", "1,,20", "x", "+1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v, err := choices(c, query.Text(s))
		if err != nil || v.IsNull() {
			return
		}
		again, err := choices(c, v)
		if err != nil || again != v {
			t.Errorf("%q became %q, then %q, %v", s, v.Text(), again.Text(), err)
		}
	})
}

// Of several choices each must be an option, and 150 are the most (Dataverse facts 6.1).
func TestSeveralChoices(t *testing.T) {
	c := &meta.Column{LogicalName: "hobbies", Kind: meta.Choices, Table: &meta.Table{LogicalName: "contact"}, Options: []meta.Option{{Value: 1}, {Value: 20}}}
	for text, want := range map[string]string{"1, 20": "1,20", "20": "20", " ": "", strings.Repeat("1,", 149) + "20": strings.Repeat("1,", 149) + "20"} {
		if v, err := choices(c, query.Text(text)); err != nil || v.Text() != want {
			t.Errorf("%q is kept as %q, %v", text, v.Text(), err)
		}
	}
	for text, entry := range map[string]dverr.Entry{"1,2": dverr.ChoiceOutOfRange, "1,x": dverr.InvalidArgument, strings.Repeat("1,", 150) + "20": dverr.InvalidArgument} {
		if _, err := choices(c, query.Text(text)); !entry.Is(err) {
			t.Errorf("%.20q: %v, want %s", text, err, entry.Name)
		}
	}
}
