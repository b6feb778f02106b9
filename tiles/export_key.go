package tiles

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"reflect"

	"github.com/paulmach/orb"

	"hearthmap/geo/cityindex"
	"hearthmap/household"
)

// exportKey names all that an archive's bytes depend on: the city's data to
// the last coordinate, the standard, the options, the program.
func (s *Service) exportKey(city *cityindex.City, k key, o ExportOptions) (string, error) {
	h := sha256.New()
	w := &fingerprint{out: bufio.NewWriterSize(h, 1<<16)}
	w.value(reflect.ValueOf(city.Data()))
	if k.standard != "" {
		if source, ok := s.coverage.(interface{ rules(std string) (any, error) }); ok {
			rules, err := source.rules(k.standard)
			if err != nil {
				return "", err
			}
			text, err := json.Marshal(rules)
			if err != nil {
				return "", household.Errorf(household.Internal, "tiles.Export", "the standard %s cannot be written: %w", k.standard, err)
			}
			w.text(string(text))
		}
	}
	w.text(fmt.Sprintf("%q %q %q %d %d %d", o.Program, k.standard, k.requirement, k.layers, o.MinZoom, o.MaxZoom))
	if err := w.out.Flush(); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// rules is the standard itself, for exports: one that was changed is another.
func (l *liveCoverage) rules(std string) (any, error) { return l.live.Standards().ByID(std) }

// fingerprint writes values so that different ones give different bytes.
type fingerprint struct {
	out *bufio.Writer
	buf [8]byte
}

func (f *fingerprint) word(v uint64) {
	binary.LittleEndian.PutUint64(f.buf[:], v)
	_, _ = f.out.Write(f.buf[:]) // a hash takes everything
}

func (f *fingerprint) text(s string) {
	f.word(uint64(len(s)))
	_, _ = f.out.WriteString(s)
}

func (f *fingerprint) points(list []orb.Point) {
	f.word(uint64(len(list)))
	for _, p := range list {
		f.word(math.Float64bits(p[0]))
		f.word(math.Float64bits(p[1]))
	}
}

var pointsType = reflect.TypeFor[[]orb.Point]()

func (f *fingerprint) value(v reflect.Value) {
	switch v.Kind() {
	case reflect.Bool:
		b := uint64(0)
		if v.Bool() {
			b = 1
		}
		f.word(b)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		f.word(uint64(v.Int()))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		f.word(v.Uint())
	case reflect.Float32, reflect.Float64:
		f.word(math.Float64bits(v.Float()))
	case reflect.String:
		f.text(v.String())
	case reflect.Struct:
		for i := range v.NumField() {
			f.value(v.Field(i))
		}
	case reflect.Slice, reflect.Array:
		// Nearly all of a city is corners of shapes.
		if v.Kind() == reflect.Slice && v.CanInterface() && v.Type().ConvertibleTo(pointsType) {
			f.points(v.Convert(pointsType).Interface().([]orb.Point))
			return
		}
		f.word(uint64(v.Len()))
		for i := range v.Len() {
			f.value(v.Index(i))
		}
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			f.text("")
			return
		}
		f.text(v.Elem().Type().String())
		f.value(v.Elem())
	default:
		panic("tiles: no fingerprint of a " + v.Type().String())
	}
}
