import { describe, expect, it } from 'vitest'
import type { AreaCoverage, AreaTotal, Requirement } from '../src/api/types'
import { byMinutes, rowsOf, shareOf, sortRows, startRequirement } from '../src/lib/requirements'

const r = (id: string, minutes: number, required = true): Requirement => ({ id, category: id, minutes, metres: minutes * 60, required, source: 's', verified: true, name_zh: id, name_en: id })
const total = (requirement: string, people: number, covered: number): AreaTotal => ({
  code: 'a', name: 'a', requirement, people, covered, uncovered: people - covered, unreachable: 0, share: people ? covered / people : 0,
  buildings: 4, buildings_covered: 1, median_metres: covered, p90_metres: 0, facilities: 0, people_per_facility: 0,
})
const area = (totals: AreaTotal[], people = 10): AreaCoverage => ({ code: 'a', name: 'a', name_en: '', level: 'city', people, buildings: 4, all_required: { people, covered: 0, share: 0, buildings: 4, buildings_covered: 0, covered_with_data: 0, share_with_data: 0, buildings_covered_with_data: 0 }, needs: { all: 0, met: 0, share: 0, all_with_data: 0, share_with_data: 0 }, totals })

describe('byMinutes', () => {
  it('puts the widest circle first and keeps the order within', () => {
    const g = byMinutes([r('a', 5), r('b', 15), r('c', 5), r('d', 10)])
    expect(g.map((x) => [x.minutes, x.requirements.map((y) => y.id)])).toEqual([[15, ['b']], [10, ['d']], [5, ['a', 'c']]])
  })
  it('keeps every requirement once', () => {
    const all = [r('a', 5), r('a@15', 15)]
    expect(byMinutes(all).flatMap((g) => g.requirements)).toHaveLength(2)
    expect(byMinutes([])).toEqual([])
  })
})

describe('startRequirement', () => {
  const all = [r('a', 15, false), r('b', 15), r('c', 5)]
  it('is the asked one, else the first required, else the first', () => {
    expect(startRequirement(all, 'c')?.id).toBe('c')
    expect(startRequirement(all, 'gone')?.id).toBe('b')
    expect(startRequirement([r('a', 15, false)])?.id).toBe('a')
    expect(startRequirement([])).toBeUndefined()
  })
})

describe('shareOf', () => {
  it('counts people, and buildings where nobody is registered', () => {
    expect(shareOf(total('a', 10, 7), 10)).toEqual({ share: 0.7, byBuildings: false })
    expect(shareOf(total('a', 0, 0), 0)).toEqual({ share: 0.25, byBuildings: true })
  })
  it('does not fall back to buildings when only the group is empty', () => {
    expect(shareOf(total('a', 0, 0), 10)).toEqual({ share: 0, byBuildings: false })
  })
})

describe('rows', () => {
  const rows = rowsOf(area([total('b', 10, 2), total('a', 30, 30), total('x', 1, 1)]), [r('a', 15), r('b', 10), r('c', 5)])
  const ids = (c: Parameters<typeof sortRows>[1], d: boolean) => sortRows(rows, c, d, (q) => q.name_en, 'en').map((x) => x.requirement.id)

  it('follow the standard and leave out what the answer lacks', () => {
    expect(rows.map((x) => x.requirement.id)).toEqual(['a', 'b'])
  })
  it('sort both ways without changing the input', () => {
    expect(ids('share', false)).toEqual(['b', 'a'])
    expect(ids('share', true)).toEqual(['a', 'b'])
    expect(ids('people', true)).toEqual(['a', 'b'])
    expect(ids('category', true)).toEqual(['b', 'a'])
    expect(ids('minutes', false)).toEqual(['b', 'a'])
    expect(rows.map((x) => x.requirement.id)).toEqual(['a', 'b'])
  })
})
