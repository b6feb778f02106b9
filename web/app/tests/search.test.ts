import { expect, it } from 'vitest'
import type { Hit, HitKind } from '../src/api/types'
import { groupHits, hasPlace } from '../src/lib/search'

const hit = (kind: HitKind, code: string, score: number): Hit => ({ kind, code, title: code, detail: '', lon: 0, lat: 0, score })

it('groups by kind, the best group first, the best hit first within', () => {
  const g = groupHits([hit('area', 'a', 2), hit('building', 'b1', 1), hit('building', 'b2', 9), hit('person', 'p', 3)])
  expect(g.map((x) => [x.kind, x.hits.map((h) => h.code)])).toEqual([['building', ['b2', 'b1']], ['person', ['p']], ['area', ['a']]])
})

it('keeps every hit and a fixed order of equals', () => {
  const all = [hit('area', 'a', 1), hit('unit', 'u', 1), hit('facility', 'f', 1)]
  expect(groupHits(all).map((g) => g.kind)).toEqual(['unit', 'facility', 'area'])
  expect(groupHits([])).toEqual([])
})

it('knows places from their absence', () => {
  expect(hasPlace({ lon: 0, lat: 0 })).toBe(false)
  expect(hasPlace({ lon: 123, lat: 0 })).toBe(true)
})
