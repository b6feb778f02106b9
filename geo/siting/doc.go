// Package siting answers where the next facilities of a category should go,
// and proves how much better any other answer could be.
//
// Three models of the field are one problem here: choose sites so that the
// sum of what they do for people is greatest (Problem). Maximise solves it for
// at most k sites, Cover finds the fewest sites that reach a sum.
//
// The search: greedy choice with gains judged only when needed, interchange,
// then Lagrangian relaxation for the bound, which rules sites out until little
// is left, then branch and bound on that. All of it works on integers, so that
// a bound is proved to the last person; the answer depends neither on the
// number of threads nor, unless a time is set, on the machine's speed. Sizes
// are bounded by work (Options.Work): when that is spent, the best choice so
// far is given with the bound proved so far.
package siting
