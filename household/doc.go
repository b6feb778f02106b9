// Package household is the subject of Hearthmap: areas, buildings, units,
// households and residents, the facilities around them, their codes, the
// roles that may see them, and the errors that every layer shares.
//
// It imports nothing but geo and orb. Databases, files and HTTP are other
// packages' business.
package household
