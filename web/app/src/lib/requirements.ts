import type { AreaCoverage, AreaTotal, Requirement } from '../api/types'

export interface RequirementGroup {
  minutes: number
  requirements: Requirement[]
}

/** The requirements by circle, widest first, each group in the standard's order. */
export function byMinutes(requirements: readonly Requirement[]): RequirementGroup[] {
  const groups = new Map<number, Requirement[]>()
  for (const r of requirements) {
    const g = groups.get(r.minutes)
    if (g) g.push(r)
    else groups.set(r.minutes, [r])
  }
  return [...groups].sort((a, b) => b[0] - a[0]).map(([minutes, requirements]) => ({ minutes, requirements }))
}

/** The requirement the map starts with: the asked one, else the first required one. */
export function startRequirement(requirements: readonly Requirement[], asked?: string): Requirement | undefined {
  return requirements.find((r) => r.id === asked) ?? requirements.find((r) => r.required) ?? requirements[0]
}

export type SortColumn = 'category' | 'minutes' | 'metres' | 'people' | 'covered' | 'share' | 'median'

export interface Row {
  requirement: Requirement
  total: AreaTotal
  /** Covered share by people, or by buildings where nobody is registered. */
  share: number
  byBuildings: boolean
}

/** The share of a total; an area without people is judged by its buildings. */
export function shareOf(total: AreaTotal, areaPeople: number): { share: number; byBuildings: boolean } {
  if (areaPeople === 0 && total.buildings > 0) return { share: total.buildings_covered / total.buildings, byBuildings: true }
  return { share: total.share, byBuildings: false }
}

/** The rows of an area's table, in the standard's order. */
export function rowsOf(area: AreaCoverage, requirements: readonly Requirement[]): Row[] {
  const totals = new Map(area.totals.map((t) => [t.requirement, t]))
  return requirements.flatMap((requirement) => {
    const total = totals.get(requirement.id)
    return total ? [{ requirement, total, ...shareOf(total, area.people) }] : []
  })
}

/** Sorts without changing the input; rows that are equal keep their order. */
export function sortRows(rows: readonly Row[], column: SortColumn, descending: boolean, nameOf: (r: Requirement) => string, locale: string): Row[] {
  const key = (r: Row): number =>
    ({ category: 0, minutes: r.requirement.minutes, metres: r.requirement.metres, people: r.total.people, covered: r.total.covered, share: r.share, median: r.total.median_metres })[column]
  const sign = descending ? -1 : 1
  return [...rows].sort((a, b) => sign * (column === 'category' ? nameOf(a.requirement).localeCompare(nameOf(b.requirement), locale) : key(a) - key(b)))
}
