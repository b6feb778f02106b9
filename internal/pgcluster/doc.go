// Package pgcluster runs a private PostGIS cluster in a directory: the
// database of Hearthmap when none is configured, and the database of the
// tests.
//
// A cluster's directory holds
//
//	data/         PostgreSQL's data directory
//	socket/       the unix socket (left out where the path would be too long)
//	password      the superuser's password, mode 0600
//	port          the loopback port of the last start
//	postgres.log  what the server had to say
//	start.lock    held while a process starts or stops the server
//	users.lock    held, shared, by every process that uses the server
//	keep          names the server that `db start` wants to outlive its users
//
// Several processes may use one directory at the same time: the first one
// starts the server, the others find it running. The last one to leave stops
// it, unless it was told to Keep it. A process that dies without stopping it
// leaves a server that the next process finds, or that `db stop` ends.
//
// The package also checks servers of others: see Check.
package pgcluster
