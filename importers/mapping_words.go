package importers

// accepted returns a function that tells the words of a field, as files may
// have them without a mapping; nil for fields whose values are no words.
func (w *words) accepted(f field) func(string) bool {
	switch f {
	case fUse:
		return has(w.use)
	case fSex:
		return has(w.sex)
	case fRelation:
		return has(w.relation)
	case fResidency:
		return has(w.residency)
	case fTags:
		return has(w.tag)
	case fLevel:
		return has(w.level)
	case fCategory:
		return has(w.category)
	case fClass:
		return func(s string) bool { _, ok := w.class[wordKey(s)]; return ok || tagValue(wordKey(s)) }
	case fKind:
		return func(s string) bool {
			s = wordKey(s)
			_, land := w.land[s]
			_, barrier := w.barrier[s]
			return land || barrier || tagValue(s)
		}
	case fEntranceKind:
		return func(s string) bool { return contains("main stairwell service emergency", s) }
	case fWalled, fOpen, fFoot, fSteps, fBridge, fTunnel:
		return func(s string) bool { return contains("yes no 是 否 true false 1 0", s) }
	}
	return nil
}

func has[T any](d dictionary[T]) func(string) bool {
	return func(s string) bool { _, ok := d[wordKey(s)]; return ok }
}

// acceptedWords lists the words of the field for hints.
func acceptedWords(f field) string {
	switch f {
	case fUse:
		return acceptedUses
	case fSex:
		return acceptedSexes
	case fRelation:
		return acceptedRelations
	case fResidency:
		return acceptedResidency
	case fTags:
		return acceptedTags
	case fLevel:
		return acceptedLevels
	case fCategory:
		return "a category such as 幼儿园, 菜市场, 药店 (kindergarten, food_market, pharmacy)"
	case fClass:
		return "OSM's value of highway, such as residential, footway, steps"
	case fKind:
		return "wall, river, railway, road; water, green, farm, residential, industrial, commercial, public; gate; entrance"
	case fEntranceKind:
		return "main, stairwell, service, emergency"
	}
	return "yes, no"
}

// wordFields lists the kind's fields whose values are words; of no kind those
// of all.
func wordFields(kind Kind) []string {
	kinds := Kinds
	if kind != "" {
		kinds = []Kind{kind}
	}
	w := newWords()
	var names []string
	seen := map[field]bool{}
	for _, k := range kinds {
		for _, c := range tableOf(k).columns {
			if !seen[c.field] && w.accepted(c.field) != nil {
				seen[c.field] = true
				names = append(names, c.names[0])
			}
		}
	}
	return names
}
