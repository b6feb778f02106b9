//go:build !race

package xlsxfile

const slow = 1
