// Package reportjobs makes the reports that are asked for through the web: one
// batch at a time, the others in a queue, files in a spool directory for a
// day. Jobs live as long as the program.
package reportjobs
