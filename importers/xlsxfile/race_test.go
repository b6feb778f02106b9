//go:build race

package xlsxfile

// slow is how much less the long tests do under the race detector, which
// makes them ten times slower and finds nothing in one goroutine's loops.
const slow = 15
