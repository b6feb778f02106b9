// Package access holds measures of spatial accessibility that know nothing of
// maps: floating catchment areas, and how evenly something is shared.
//
// Sums run in the order of the input, so that equal input gives equal bits.
package access
