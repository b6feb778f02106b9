import { describe, expect, it } from 'vitest'
import { formatUrlState, parseUrlState, type UrlState } from '../src/lib/urlState'

describe('URL state', () => {
  it.each<UrlState>([
    {},
    { building: 'B000111' },
    { map: { zoom: 15.25, lat: 41.6, lon: 123.2, bearing: 0, pitch: 0 } },
    { map: { zoom: 15.25, lat: -41.6, lon: -123.2, bearing: -30, pitch: 45 }, standard: 'gb50180-2018', category: 'bank@15', area: '990001000000', tab: 'area', building: 'C001-幢3/2' },
  ])('survives a round trip: %j', (s) => {
    expect(parseUrlState(formatUrlState(s))).toEqual(s)
  })

  it('leaves out what does not make sense', () => {
    expect(parseUrlState('#map=15/abc/3')).toEqual({})
    expect(parseUrlState('#map=15/99/3')).toEqual({})
    expect(parseUrlState('#map=15')).toEqual({})
    expect(parseUrlState('#map=15/41/123/0/89')).toEqual({})
    expect(parseUrlState('#b=<script>&tab=evil&area=' + 'x'.repeat(200))).toEqual({})
    expect(parseUrlState('not a hash at all')).toEqual({})
  })

  it('carries nothing but places and views', () => {
    const sneaky = { building: 'B1', unit: 'B1-1-101', person: '7', q: '王建国' } as UrlState
    expect(formatUrlState(sneaky)).toBe('#b=B1')
    expect(parseUrlState('#b=B1&unit=B1-1-101&q=王建国')).toEqual({ building: 'B1' })
  })
})
