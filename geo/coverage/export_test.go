package coverage

// Forget drops what was computed, so that a benchmark can compute it again.
func (e *Engine) Forget() {
	e.mu.Lock()
	defer e.mu.Unlock()
	clear(e.fields)
}
