package usage

// Forecast says in how many steps a sliding window of len(past) steps meets a limit,
// when past is what each step counted, oldest first, and every step to come counts
// rate. Steps of the past fall out of the window one by one. 0 means that it is met
// already; false, that it is not met at this rate.
func Forecast(past []float64, rate, limit float64) (steps float64, met bool) {
	sum := 0.0
	for _, n := range past {
		sum += n
	}
	if sum >= limit {
		return 0, true
	}
	for i, gone := range past {
		next := sum + rate - gone
		if next >= limit {
			return float64(i) + (limit-sum)/(next-sum), true
		}
		sum = next
	}
	return 0, false
}
