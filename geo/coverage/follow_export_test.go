package coverage

import "hearthmap/household"

// Kept counts the distances that the engine has for a category.
func (e *Engine) Kept(c household.Category) (n int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for key, k := range e.fields {
		if key.category == c && k.f != nil {
			n++
		}
	}
	return n
}

// Joined reports for how many modes the engine has its joins.
func (e *Engine) Joined() (n int) {
	for m := range e.joined {
		if e.joined[m].Load() != nil {
			n++
		}
	}
	return n
}
