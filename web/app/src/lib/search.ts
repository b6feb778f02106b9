import type { Hit, HitKind } from '../api/types'

/** The order in which kinds of hits are shown. */
export const hitKinds: readonly HitKind[] = ['unit', 'person', 'building', 'compound', 'facility', 'area']

export interface HitGroup {
  kind: HitKind
  hits: Hit[]
}

/** Groups hits by kind; the group with the best hit comes first. */
export function groupHits(hits: readonly Hit[]): HitGroup[] {
  const groups = new Map<HitKind, Hit[]>()
  for (const h of hits) {
    const g = groups.get(h.kind)
    if (g) g.push(h)
    else groups.set(h.kind, [h])
  }
  const best = (g: Hit[]) => Math.max(...g.map((h) => h.score))
  return [...groups]
    .map(([kind, hs]) => ({ kind, hits: [...hs].sort((a, b) => b.score - a.score) }))
    .sort((a, b) => best(b.hits) - best(a.hits) || hitKinds.indexOf(a.kind) - hitKinds.indexOf(b.kind))
}

/** Whether the hit has a place; the server gives 0,0 when it knows none. */
export function hasPlace(h: { lon: number; lat: number }): boolean {
  return h.lon !== 0 || h.lat !== 0
}
