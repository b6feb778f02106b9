package coverage

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
)

// WriteBuildingsCSV writes how every residential building meets requirement
// i, by code: building_code,status,metres,facility_code,reason. Metres have
// one decimal and are empty without a way.
func (r *Result) WriteBuildingsCSV(w io.Writer, i int) error {
	data := r.engine.data
	order := slices.Clone(r.engine.residential)
	slices.SortStableFunc(order, func(a, b int32) int {
		return cmp.Compare(data.Buildings[a].Code, data.Buildings[b].Code)
	})
	out := csv.NewWriter(w)
	row := []string{"building_code", "status", "metres", "facility_code", "reason"}
	if err := out.Write(row); err != nil {
		return err
	}
	for _, b := range order {
		x := r.Reach(i, int(b))
		row = append(row[:0], data.Buildings[b].Code, x.Status.String(), "", "", string(x.Reason))
		if x.Decimetres >= 0 {
			row[2] = fmt.Sprintf("%d.%d", x.Decimetres/10, x.Decimetres%10)
			row[3] = data.Facilities[x.Facility].Code
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}
