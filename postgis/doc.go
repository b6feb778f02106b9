// Package postgis is the only package that speaks to the database: the pool,
// the geometry codec, the encryption of personal fields, the loads of the
// importers, and the stores behind the registry and the snapshot.
//
// A city is one schema; every connection has it first in its search_path, and
// no statement names another schema.
package postgis
