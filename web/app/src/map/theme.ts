import type { ExpressionSpecification } from 'maplibre-gl'

// Colours that the map and the legend share. Covered, uncovered and
// unreachable differ in lightness as well as in hue, so that they stay apart
// with any kind of colour blindness and in print.

export const colours = {
  covered: '#2c8c83',
  uncovered: '#eaa83f',
  unreachable: '#7e3354',
  nonresidential: '#cfc8ba',
  selected: '#1f4fd0',
  facility: '#a8402a',
} as const

/** Stops of the share of people covered, for communities at low zoom. */
export const shareStops: readonly (readonly [number, string])[] = [
  [0, '#c9742a'],
  [0.25, '#eab765'],
  [0.5, '#f3e6c4'],
  [0.75, '#86bfb2'],
  [1, '#22766e'],
]

const status = (state: string): ExpressionSpecification => ['==', ['get', 'status'], state]

/** The colour of a building of the coverage layer; the selected one stands out. */
export function buildingColour(selected: string | undefined): ExpressionSpecification {
  return [
    'case',
    ['==', ['get', 'code'], selected ?? ''],
    colours.selected,
    ['!', ['in', ['coalesce', ['get', 'use'], 'residential'], ['literal', ['residential', 'mixed']]]],
    colours.nonresidential,
    status('covered'),
    colours.covered,
    status('uncovered'),
    colours.uncovered,
    colours.unreachable,
  ] as ExpressionSpecification
}

/** The colour of a community; grey where nobody is registered. */
export function shareColour(): ExpressionSpecification {
  return [
    'case',
    ['>', ['coalesce', ['get', 'people'], 0], 0],
    ['interpolate', ['linear'], ['coalesce', ['get', 'share'], 0], ...shareStops.flat()],
    colours.nonresidential,
  ] as unknown as ExpressionSpecification
}
