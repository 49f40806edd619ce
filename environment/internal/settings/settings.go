package settings

import (
	"time"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/zone"
)

// Table is the logical name of the table.
const Table = "usersettings"

// MaxPagingLimit is the most rows of a page that a user may choose for lists.
const MaxPagingLimit = 250

// The settings of a user who changed nothing, as a live environment showed them, for the
// United States. What is not here is null, or the default of its choice.
const english = 1033

var numbers = map[string]int64{
	"addressbooksyncinterval": 86400000, "advancedfindstartupmode": 1, "autocreatecontactonpromote": 1, "calendartype": 0,
	"currencydecimalprecision": 2, "currencyformatcode": 0, "dateformatcode": 1, "defaultcalendarview": 0,
	"fullnameconventioncode": 1, "helplanguageid": english, "localeid": english, "uilanguageid": english, "longdateformatcode": 1,
	"negativecurrencyformatcode": 1, "negativeformatcode": 1, "offlinesyncinterval": 900000, "outlooksyncinterval": 900000,
	"paginglimit": 50, "pricingdecimalprecision": 2, "resourcebookingexchangesyncversion": 0, "timeformatcode": 0,
	"isautodatacaptureenabled": 1, "synccontactcompany": 1, "splitviewstate": 1, "usecrmformforcontact": 1, "usecrmformfortask": 1,
}

var texts = map[string]string{
	"amdesignator": "AM", "pmdesignator": "PM", "currencysymbol": "$", "dateformatstring": "M/d/yyyy", "dateseparator": "/",
	"decimalsymbol": ".", "homepagearea": "<Default>", "numbergroupformat": "3", "numberseparator": ",", "timeformatstring": "h:mm tt",
	"timeseparator": ":", "workdaystarttime": "08:00", "workdaystoptime": "17:00",
}

// New gives the settings of a new user, whose clock is UTC's: all columns but the key, the
// business unit and the stamps. Columns that the table does not have are left out.
func New(t *meta.Table) []op.Assignment {
	set := Clock(t, zone.UTC, 0)
	for _, c := range t.Columns {
		n, isNumber := numbers[c.LogicalName]
		s, isText := texts[c.LogicalName]
		switch {
		case isNumber:
			set = append(set, op.Assignment{Column: c, Value: query.Int(n)})
		case isText:
			set = append(set, op.Assignment{Column: c, Value: query.Text(s)})
		case c.Kind == meta.Boolean || c.Kind == meta.Choice:
			for _, o := range c.Options {
				if o.Default {
					set = append(set, op.Assignment{Column: c, Value: query.Int(o.Value)})
				}
			}
		}
	}
	return set
}

// Clock gives the code of a time zone and what the system calculates from it, by the rule
// of a year. A code that names no zone has the rule of UTC.
func Clock(t *meta.Table, code int64, year int) []op.Assignment {
	z, _ := zone.Find(code)
	var rule zone.Rule
	if z.Place != "" {
		rule = z.Rule(max(year, time.Unix(0, 0).Year()))
	}
	set := make([]op.Assignment, 0, 18)
	put := func(column string, n int64) {
		if c := t.Column(column); c != nil {
			set = append(set, op.Assignment{Column: c, Value: query.Int(n)})
		}
	}
	put("timezonecode", code)
	Rule(rule, func(column string, n int64) { put("timezone"+column, n) })
	return set
}

// Rule gives each column that shows a zone's rule, by its name in table timezonerule; in
// usersettings "timezone" stands before it.
func Rule(r zone.Rule, each func(column string, n int64)) {
	each("bias", r.Bias)
	for _, half := range []struct {
		name string
		bias int64
		at   zone.Change
	}{{"daylight", r.DaylightBias, r.Daylight}, {"standard", r.StandardBias, r.Standard}} {
		each(half.name+"bias", half.bias)
		each(half.name+"year", 0) // every year
		each(half.name+"month", half.at.Month)
		each(half.name+"day", half.at.Week)
		each(half.name+"dayofweek", half.at.Weekday)
		each(half.name+"hour", half.at.Hour)
		each(half.name+"minute", half.at.Minute)
		each(half.name+"second", half.at.Second)
	}
}
