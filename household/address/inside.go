package address

import "strconv"

var (
	buildingUnits = words("号楼 号栋 号幢 号座 号大楼 #楼 #栋 #座 # 栋楼 栋 幢楼 幢 座")
	entranceUnits = words("号单元 单元 单门 门洞 号门 门 梯")
	roomUnits     = words("号房间 号房 号室 房间 房 室 户")
)

// inside reads building, entrance, floor and room from i on, and returns
// where it stopped.
func (p *parser) inside(i int) int {
	for i < len(p.r) {
		j := i
		if c := p.r[j]; c == '-' && !p.below(j) {
			j++
		}
		if p.rune1(j) == '第' {
			j++
		}
		if n := p.floorBelow(j); n > 0 {
			i = j + n
			continue
		}
		if n := p.directed(j); n > 0 {
			i = j + n
			continue
		}
		if p.rune1(j) == '附' {
			if w, n := p.variant(j); n > 0 {
				p.attach(w, j, j+n)
				i = j + n
				continue
			}
		}
		if p.rune1(j) == '#' && isDigit(p.rune1(j+1)) { // #3-2-401
			j++
		}
		n := p.numbers(j)
		if n == 0 {
			return i
		}
		i = j + n
	}
	return i
}

// below reports whether the hyphen at i is a sign: -1层.
func (p *parser) below(i int) bool {
	n := p.digits(i + 1)
	return n == 1 && p.dashes == 1 && p.anyAt(i+2, floorUnits) && !isDigit(p.rune1(i-1))
}

// floorBelow reads 地下一层, 地下室, 负1楼, -1层, B1层.
func (p *parser) floorBelow(i int) int {
	j := i
	switch c := p.rune1(i); {
	case p.has(i, []rune("地下室")):
		p.floor(-1, i, i+3)
		return 3
	case p.has(i, []rune("地下")):
		j += 2
	case c == '负', c == '-':
		j++
	case c == 'B' && p.digits(i+1) == 1 && (p.anyAt(i+2, floorUnits) || p.a.Building != "" && i+2 == len(p.r)):
		j++
	default:
		return 0
	}
	v, n := p.plain(j)
	w := p.wordAt(j+n, floorUnits)
	f, err := strconv.Atoi(v)
	if n == 0 || err != nil || f < 1 || f > 10 || w == 0 && p.r[i] != '地' && p.r[i] != 'B' {
		return 0
	}
	p.floor(-f, i, j+n+w)
	return j + n + w - i
}

func (p *parser) floor(f, i, j int) {
	if p.a.Floor == 0 && f >= -10 && f <= 200 {
		p.a.Floor = int16(f)
	}
	p.put(Floor, strconv.Itoa(f), i, j)
}

// directed reads 东单元, 西门, 南楼, 东座, 东户.
func (p *parser) directed(i int) int {
	c := p.rune1(i)
	if !isDirection(c) && c != '左' && c != '右' {
		return 0
	}
	if n := p.wordAt(i+1, entranceUnits); n > 0 && (n > 1 || !isHan(p.rune1(i+2))) {
		p.set(Entrance, &p.a.Entrance, string(c), i, i+1+n)
		return n + 1
	}
	switch p.rune1(i + 1) {
	case '座', '楼', '栋':
		if p.a.Building == "" && !isHan(p.rune1(i+2)) {
			p.set(Building, &p.a.Building, string(c), i, i+2)
			return 2
		}
	case '户', '室':
		p.set(Room, &p.a.Room, string(c), i, i+2)
		return 2
	}
	return 0
}

func (p *parser) set(k Kind, field *string, v string, i, j int) {
	if *field == "" {
		*field = v
		p.put(k, v, i, j)
		return
	}
	if *field != v {
		p.put(Unread, "", i, j)
	}
}

// attach adds 附1, 甲, -1 to the number that was read last.
func (p *parser) attach(w string, i, j int) {
	switch {
	case p.a.Room != "":
		p.put(Unread, "", i, j)
	case p.a.Building != "":
		p.a.Building += w
		p.put(Building, p.a.Building, i, j)
	default:
		p.a.Number += w
		p.put(Number, p.a.Number, i, j)
	}
}

// seq is a run of numbers joined by hyphens, with the place of each.
type seq struct {
	v        [5]string
	from, to [5]int
	n        int
}

// numbers reads a run of numbers and the unit behind it.
func (p *parser) numbers(i int) int {
	var s seq
	j := i
	for s.n < len(s.v) {
		v, n := p.token(j)
		if n == 0 {
			break
		}
		s.v[s.n], s.from[s.n], s.to[s.n] = v, j, j+n
		s.n++
		j += n
		if p.rune1(j) != '-' || p.below(j) {
			break
		}
		if _, m := p.token(j + 1); m == 0 {
			break
		}
		j++
	}
	if s.n == 0 {
		return 0
	}
	j = s.to[s.n-1]
	return p.unit(&s, j) - i
}

// unit finds what the numbers count and assigns them.
func (p *parser) unit(s *seq, j int) int {
	if n := p.wordAt(j, buildingUnits); n > 0 {
		if p.r[j] == '#' && n == 1 && p.a.Building != "" { // 3#401#
			return p.rooms(s, j+n)
		}
		return p.buildings(s, j+n)
	}
	if n := p.wordAt(j, roomUnits); n > 0 {
		return p.rooms(s, j+n)
	}
	if n := p.wordAt(j, entranceUnits); n > 0 && (n > 1 || !isHan(p.rune1(j+1)) || p.tail(j+1)) {
		p.entrances(s, j+n)
		return j + n
	}
	if p.rune1(j) == '单' && isDigit(p.rune1(j+1)) { // 2单401
		p.entrances(s, j+1)
		return j + 1
	}
	if p.rune1(j) == '层' || p.rune1(j) == 'F' && !isLatin(p.rune1(j+1)) {
		p.floors(s, j+1)
		return j + 1
	}
	if p.rune1(j) == '楼' {
		p.storey(s, j+1)
		return j + 1
	}
	if n := p.wordAt(j, groupUnits); n > 0 && s.n == 1 && p.a.Building == "" && p.a.Compound != "" {
		p.set(Group, &p.a.Group, s.v[0], s.from[0], j+n)
		return j + n
	}
	if p.rune1(j) == '弄' && s.n == 1 && p.a.Number == "" {
		p.set(Number, &p.a.Number, s.v[0]+"弄", s.from[0], j+1)
		return j + 1
	}
	if p.rune1(j) == '号' {
		return p.plainNumber(s, j+1)
	}
	return p.bare(s, j)
}

// give assigns the last numbers of a run to the kinds, in order, ending at end.
func (p *parser) give(s *seq, end int, kinds ...Kind) {
	for k, kind := range kinds {
		i := s.n - len(kinds) + k
		if i < 0 {
			continue
		}
		to := s.to[i]
		if i == s.n-1 {
			to = end
		}
		switch v := s.v[i]; kind {
		case Number:
			p.set(Number, &p.a.Number, v, s.from[i], to)
		case Building:
			p.set(Building, &p.a.Building, v, s.from[i], to)
		case Entrance:
			p.set(Entrance, &p.a.Entrance, v, s.from[i], to)
		case Floor:
			if f, err := strconv.Atoi(v); err == nil {
				p.floor(f, s.from[i], to)
			}
		case Room:
			if c := p.r[s.from[i]]; isDigit(c) && c == '0' { // a room keeps its zeros
				v = string(p.r[s.from[i]:s.to[i]])
			}
			p.set(Room, &p.a.Room, v, s.from[i], to)
		}
	}
}

func (p *parser) buildings(s *seq, end int) int {
	switch {
	case s.n == 1 && p.a.Building != "" && isLatin(rune(s.v[0][0])): // 3号楼A座
		p.a.Building += s.v[0]
		p.put(Building, p.a.Building, s.from[0], end)
	case s.n == 1:
		p.give(s, end, Building)
	case s.n == 2 && isLatin(rune(s.v[0][0])): // B-12栋
		p.set(Building, &p.a.Building, s.v[0]+s.v[1], s.from[0], end)
	case s.n == 2: // 12-1号楼
		p.set(Building, &p.a.Building, s.v[0]+"-"+s.v[1], s.from[0], end)
	default:
		p.a.Ambiguous = true
		p.put(Unread, "", s.from[0], end)
	}
	w, n := p.variant(end)
	if c := p.rune1(end); isStem(c) && p.digits(end+1) >= 3 { // 3号楼甲401
		w, n = string(c), 1
	}
	if n > 0 && p.rune1(end) != '-' && !isLatin(p.rune1(end)) {
		p.attach(w, end, end+n)
		return end + n
	}
	return end
}

func (p *parser) entrances(s *seq, end int) {
	switch {
	case s.n == 1:
		p.give(s, end, Entrance)
	case s.n == 2:
		p.give(s, end, Building, Entrance)
	default:
		p.give(s, end, Number, Building, Entrance)
	}
}

func (p *parser) floors(s *seq, end int) {
	switch {
	case s.n == 1:
		p.give(s, end, Floor)
	case s.n == 2 && p.a.Building != "":
		p.give(s, end, Entrance, Floor)
	case s.n == 2:
		p.give(s, end, Building, Floor)
	default:
		p.give(s, end, Building, Entrance, Floor)
	}
}

// storey reads 楼, which is a building (3楼2单元) or a floor (3号楼四楼).
func (p *parser) storey(s *seq, end int) {
	last := s.v[s.n-1]
	switch {
	case s.n > 1:
		p.floors(s, end)
	case p.a.Building != "":
		p.give(s, end, Floor)
	case p.entranceAt(end):
		p.give(s, end, Building)
	case p.floorOf(end) == last:
		p.give(s, end, Floor)
	case p.a.Number != "" && p.a.Compound == "":
		p.give(s, end, Floor)
	default: // 锦绣小区3楼401
		p.give(s, end, Building)
		p.a.Ambiguous = true
	}
}

// entranceAt reports whether an entrance is named at i.
func (p *parser) entranceAt(i int) bool {
	if p.rune1(i) == '-' {
		i++
	}
	_, n := p.token(i)
	return n > 0 && p.anyAt(i+n, entranceUnits)
}

// floorOf is the floor that the room at i is on, by its number; "" if that
// cannot be told.
func (p *parser) floorOf(i int) string {
	v, n := p.plain(i)
	if n == 0 {
		return ""
	}
	return floorOfRoom(v)
}

func floorOfRoom(v string) string {
	if len(v) != 3 && len(v) != 4 {
		return ""
	}
	for _, c := range v {
		if !isDigit(c) {
			return ""
		}
	}
	return v[:len(v)-2]
}

// long reports whether v looks like the number of a room: 401, 1203, 401A.
func long(v string) bool {
	n := 0
	for _, c := range v {
		if isDigit(c) {
			n++
		}
	}
	return n >= 3
}

func (p *parser) rooms(s *seq, end int) int {
	known := p.a.Building != ""
	switch {
	case s.n == 1:
		p.give(s, end, Room)
	case s.n == 2 && known && p.a.Entrance != "":
		p.give(s, end, Floor, Room)
	case s.n == 2 && (known || p.numbered()):
		p.give(s, end, Entrance, Room)
	case s.n == 2 && p.onRoad():
		p.give(s, end, Number, Room)
	case s.n == 2:
		p.give(s, end, Building, Room)
	case s.n == 3 && known:
		p.give(s, end, Entrance, Floor, Room)
	case s.n == 3 && p.onRoad():
		p.give(s, end, Number, Entrance, Room)
	case s.n == 3:
		p.give(s, end, Building, Entrance, Room)
	case s.n == 4 && floorOfRoom(s.v[3]) == s.v[2] && !p.onRoad():
		p.give(s, end, Building, Entrance, Floor, Room)
	case s.n == 4 && !known:
		p.give(s, end, Number, Building, Entrance, Room)
	default:
		p.a.Ambiguous = true
		p.put(Unread, "", s.from[0], end)
	}
	return end
}

// onRoad says that a road is named, and neither its number nor a compound.
func (p *parser) onRoad() bool { return p.a.Road != "" && p.a.Number == "" && p.a.Compound == "" }

// numbered says that the house is known by its number on the road. What
// follows may be a building in its yard, or an entrance: it is ambiguous.
func (p *parser) numbered() bool {
	if p.a.Number != "" && p.a.Compound == "" && p.a.Building == "" {
		p.a.Ambiguous = true
		return true
	}
	return false
}

// plainNumber reads 号 behind a compound: a building, or a room in one.
func (p *parser) plainNumber(s *seq, end int) int {
	known := p.a.Building != ""
	switch {
	case s.n == 1 && known:
		p.give(s, end, Room)
	case s.n == 1 && p.onRoad(), s.n == 1 && p.a.Number == "" && p.buildingAt(end):
		p.give(s, end, Number)
	case s.n == 1:
		p.give(s, end, Building)
	case s.n == 2 && !known && p.onRoad():
		p.set(Number, &p.a.Number, s.v[0]+"-"+s.v[1], s.from[0], end)
	case s.n == 2 && !known && !long(s.v[1]):
		p.set(Building, &p.a.Building, s.v[0]+"-"+s.v[1], s.from[0], end)
	default:
		return p.rooms(s, end)
	}
	if w, n := p.variant(end); n > 0 && !known {
		p.attach(w, end, end+n)
		return end + n
	}
	return end
}

// village says that the compound is a village, whose houses run on beyond 99.
func (p *parser) village() bool {
	r := []rune(p.a.Compound)
	n := len(r)
	return p.a.Building == "" && (p.a.Group != "" || n > 1 && contains("村屯庄寨堡", r[n-1]) && r[n-2] != '新')
}

// buildingAt reports whether a building with its unit is named at i.
func (p *parser) buildingAt(i int) bool {
	if p.rune1(i) == '-' {
		i++
	}
	_, n := p.token(i)
	return n > 0 && p.anyAt(i+n, buildingUnits)
}

// bare assigns numbers without a unit.
func (p *parser) bare(s *seq, end int) int {
	known := p.a.Building != ""
	switch {
	case s.n == 1 && (known || p.a.Entrance != "" || p.a.Floor != 0):
		p.give(s, end, Room)
	case s.n == 1 && p.onRoad():
		p.give(s, end, Number)
	case s.n == 1 && long(s.v[0]) && !p.village():
		p.give(s, end, Room)
	case s.n == 1:
		p.numbered()
		p.give(s, end, Building)
	case s.n == 2 && !known && p.onRoad() && !long(s.v[1]):
		p.set(Number, &p.a.Number, s.v[0]+"-"+s.v[1], s.from[0], end)
	case s.n == 2 && !known && p.a.Compound != "" && !long(s.v[1]):
		p.give(s, end, Building, Entrance)
	default:
		return p.rooms(s, end)
	}
	return end
}
