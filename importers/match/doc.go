// Package match finds the building that an address means. An Index is built
// once from the city's buildings; Match then compares what an address says
// with the names and numbers of the candidates, part by part, and decides:
//
//   - certain: one building fits, nothing that is written contradicts it, and
//     no other comes near;
//   - doubtful: there are candidates, for a person to choose from;
//   - none: nothing in the city looks like it.
//
// Names may be misspelt by one character when other parts bear them out;
// numbers must agree exactly. The rules and what they achieve are described
// in docs/address-matching.md.
package match
