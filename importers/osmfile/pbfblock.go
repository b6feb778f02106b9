package osmfile

import (
	"errors"
	"math"
	"strings"
	"unicode/utf8"
)

// kinds says which kinds of elements a block holds.
type kinds uint8

const (
	hasNodes kinds = 1 << iota
	hasWays
	hasRelations
)

// block decodes one PrimitiveBlock. Its buffers are reused.
type block struct {
	strings     []string
	granularity int64
	lonOffset   int64
	latOffset   int64
	h           handler
	tags        tags
	way         way
	relation    relation
}

var errString = errors.New("a data block points outside its table of words")

// decode hands the elements of the block to h.
func (b *block) decode(data []byte, h handler) (kinds, error) {
	b.granularity, b.lonOffset, b.latOffset, b.h = 100, 0, 0, h
	b.strings = b.strings[:0]
	f := fields{buf: data}
	for f.next() {
		switch f.num {
		case 1:
			if err := b.readStrings(f.data); err != nil {
				return 0, err
			}
		case 17:
			b.granularity = int64(f.value)
		case 19:
			b.latOffset = int64(f.value)
		case 20:
			b.lonOffset = int64(f.value)
		}
	}
	if f.err != nil {
		return 0, f.err
	}
	if b.granularity <= 0 || b.granularity > math.MaxInt32 {
		return 0, errors.New("a data block has a senseless granularity")
	}
	var k kinds
	for f = (fields{buf: data}); f.next(); {
		if f.num != 2 {
			continue
		}
		g, err := b.group(f.data)
		if err != nil {
			return k, err
		}
		k |= g
	}
	return k, f.err
}

// readStrings cuts the words out of one copy of the table.
func (b *block) readStrings(data []byte) error {
	all := string(data)
	f := fields{buf: data}
	for f.next() {
		if f.num == 1 {
			end := len(all) - len(f.buf)
			word := all[end-len(f.data) : end]
			if !utf8.ValidString(word) || strings.IndexByte(word, 0) >= 0 {
				return errors.New("a data block holds words that are not UTF-8")
			}
			b.strings = append(b.strings, word)
		}
	}
	return f.err
}

func (b *block) word(i uint64) (string, error) {
	if i >= uint64(len(b.strings)) {
		return "", errString
	}
	return b.strings[i], nil
}

func (b *block) group(data []byte) (k kinds, err error) {
	f := fields{buf: data}
	for f.next() && err == nil {
		switch f.num {
		case 1:
			k |= hasNodes
			if b.h.node != nil {
				err = b.node(f.data)
			}
		case 2:
			k |= hasNodes
			if b.h.node != nil {
				err = b.dense(f.data)
			}
		case 3:
			k |= hasWays
			if b.h.way != nil {
				err = b.readWay(f.data)
			}
		case 4:
			k |= hasRelations
			if b.h.relation != nil {
				err = b.readRelation(f.data)
			}
		}
	}
	if err == nil {
		err = f.err
	}
	return k, err
}

// yieldNode scales and checks the position, and hands the node on.
func (b *block) yieldNode(id, lon, lat int64, t tags) error {
	x, okX := b.scale(b.lonOffset, lon)
	y, okY := b.scale(b.latOffset, lat)
	if !okX || !okY || !inWorld(x, y) {
		if b.h.badNode != nil {
			b.h.badNode(id)
		}
		return nil
	}
	return b.h.node(id, pos{int32(x), int32(y)}, t)
}

// scale turns a block's unit into 1e-7 degrees.
func (b *block) scale(offset, v int64) (int64, bool) {
	nano := float64(offset) + float64(b.granularity)*float64(v)
	if math.Abs(nano) > 200e9 {
		return 0, false
	}
	return int64(math.Round(nano / 100)), true
}

// node reads a plain node, which some writers still make.
func (b *block) node(data []byte) error {
	var keys, vals packed
	var id, lat, lon int64
	visible := true
	f := fields{buf: data}
	for f.next() {
		switch f.num {
		case 1:
			id = int64(f.value>>1) ^ -int64(f.value&1)
		case 2:
			keys = f.data
		case 3:
			vals = f.data
		case 4:
			visible = infoVisible(f.data)
		case 8:
			lat = int64(f.value>>1) ^ -int64(f.value&1)
		case 9:
			lon = int64(f.value>>1) ^ -int64(f.value&1)
		}
	}
	if f.err != nil {
		return f.err
	}
	t, err := b.readTags(keys, vals)
	if err != nil || !visible {
		return err
	}
	return b.yieldNode(id, lon, lat, t)
}

// dense reads nodes stored column by column.
func (b *block) dense(data []byte) error {
	var ids, lats, lons, words, visibles packed
	f := fields{buf: data}
	for f.next() {
		switch f.num {
		case 1:
			ids = f.data
		case 5:
			for g := (fields{buf: f.data}); g.next(); {
				if g.num == 6 {
					visibles = g.data
				}
			}
		case 8:
			lats = f.data
		case 9:
			lons = f.data
		case 10:
			words = f.data
		}
	}
	if f.err != nil {
		return f.err
	}
	var id, lat, lon int64
	history := visibles.more()
	for ids.more() {
		d, err1 := ids.svarint()
		y, err2 := lats.svarint()
		x, err3 := lons.svarint()
		if err := errors.Join(err1, err2, err3); err != nil {
			return errWire
		}
		id, lat, lon = id+d, lat+y, lon+x
		t, err := b.denseTags(&words)
		if err != nil {
			return err
		}
		if history {
			if v, err := visibles.uvarint(); err != nil || v == 0 {
				continue
			}
		}
		if err := b.yieldNode(id, lon, lat, t); err != nil {
			return err
		}
	}
	return nil
}

// denseTags reads the pairs of one node: key value key value … 0.
func (b *block) denseTags(words *packed) (tags, error) {
	t := b.tags[:0]
	for words.more() {
		k, err := words.uvarint()
		if err != nil {
			return nil, err
		}
		if k == 0 {
			break
		}
		v, err := words.uvarint()
		if err != nil {
			return nil, err
		}
		if t, err = b.appendTag(t, k, v); err != nil {
			return nil, err
		}
	}
	b.tags = t
	return t, nil
}

func (b *block) appendTag(t tags, k, v uint64) (tags, error) {
	key, err1 := b.word(k)
	value, err2 := b.word(v)
	if err1 != nil || err2 != nil {
		return nil, errString
	}
	if len(t) >= maxTags {
		return nil, errors.New("an element has too many tags")
	}
	return append(t, tag{key, value}), nil
}

func (b *block) readTags(keys, vals packed) (tags, error) {
	t := b.tags[:0]
	for keys.more() {
		k, err1 := keys.uvarint()
		v, err2 := vals.uvarint()
		if err1 != nil || err2 != nil {
			return nil, errWire
		}
		var err error
		if t, err = b.appendTag(t, k, v); err != nil {
			return nil, err
		}
	}
	b.tags = t
	return t, nil
}

// infoVisible reads whether the element exists, in files with history.
func infoVisible(data []byte) bool {
	for f := (fields{buf: data}); f.next(); {
		if f.num == 6 && f.value == 0 {
			return false
		}
	}
	return true
}

func (b *block) readWay(data []byte) error {
	var keys, vals, refs packed
	w := &b.way
	w.id, w.refs = 0, w.refs[:0]
	visible := true
	f := fields{buf: data}
	for f.next() {
		switch f.num {
		case 1:
			w.id = int64(f.value)
		case 2:
			keys = f.data
		case 3:
			vals = f.data
		case 4:
			visible = infoVisible(f.data)
		case 8:
			refs = f.data
		}
	}
	if f.err != nil {
		return f.err
	}
	var err error
	if w.tags, err = b.readTags(keys, vals); err != nil || !visible {
		return err
	}
	ref := int64(0)
	for refs.more() {
		d, err := refs.svarint()
		if err != nil {
			return err
		}
		if len(w.refs) >= maxRefs {
			return errors.New("a way has too many nodes")
		}
		ref += d
		w.refs = append(w.refs, ref)
	}
	return b.h.way(w)
}

func (b *block) readRelation(data []byte) error {
	var keys, vals, roles, refs, types packed
	r := &b.relation
	r.id, r.members = 0, r.members[:0]
	visible := true
	f := fields{buf: data}
	for f.next() {
		switch f.num {
		case 1:
			r.id = int64(f.value)
		case 2:
			keys = f.data
		case 3:
			vals = f.data
		case 4:
			visible = infoVisible(f.data)
		case 8:
			roles = f.data
		case 9:
			refs = f.data
		case 10:
			types = f.data
		}
	}
	if f.err != nil {
		return f.err
	}
	var err error
	if r.tags, err = b.readTags(keys, vals); err != nil || !visible {
		return err
	}
	ref := int64(0)
	for refs.more() {
		d, err1 := refs.svarint()
		w, err2 := roles.uvarint()
		k, err3 := types.uvarint()
		if err := errors.Join(err1, err2, err3); err != nil {
			return errWire
		}
		role, err := b.word(w)
		if err != nil {
			return err
		}
		if k > 2 || len(r.members) >= maxMembers {
			return errors.New("a relation has members that make no sense")
		}
		ref += d
		r.members = append(r.members, member{ref: ref, kind: "nwr"[k], role: role})
	}
	return b.h.relation(r)
}
