package coverage

// Forget drops what was computed, so that a benchmark can compute it again.
func (e *Engine) Forget() {
	e.mu.Lock()
	defer e.mu.Unlock()
	clear(e.fields)
}

// Quantiles is quantiles of ways given as pairs.
func Quantiles(decimetres, people []int32) (median, p90 float64) {
	ways := make([]way, len(decimetres))
	var all int64
	for i := range ways {
		ways[i] = way{decimetres[i], people[i]}
		all += int64(people[i])
	}
	return quantiles(ways, all)
}
