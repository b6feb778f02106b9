// Package importjobs runs the imports that are asked for through the web: it
// keeps uploaded files in a spool directory, looks at them, and runs jobs one
// at a time for each family of kinds. Files and jobs live as long as the
// program, 24 hours at most; what was loaded stands in the history.
package importjobs
