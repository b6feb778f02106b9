/** A facility that a scenario opens. */
export interface AddedFacility {
  category: string
  lon: number
  lat: number
  capacity?: number
  name?: string
}

/**
 * A scenario, as POST /api/v1/coverage/whatif takes it: changes to the city
 * that are thought through together. It holds no persons, so that a link may
 * carry it.
 */
export interface Scenario {
  name?: string
  add?: AddedFacility[]
  move?: { code: string; lon: number; lat: number }[]
  close?: string[]
  capacity?: { code: string; capacity: number }[]
  open_gates?: string[]
  close_gates?: string[]
  add_paths?: { line: [number, number][] }[]
  cut_paths?: string[]
}

const lists = ['add', 'move', 'close', 'capacity', 'open_gates', 'close_gates', 'add_paths', 'cut_paths'] as const
export type EditKind = (typeof lists)[number]

/** What a scenario changes, without its name and without empty lists. */
export function contentOf(s: Scenario): Scenario {
  const out: Record<string, unknown> = {}
  for (const k of lists) if (s[k]?.length) out[k] = s[k]
  return out as Scenario
}

/** One change of a scenario, for a list of them. */
export interface Edit {
  kind: EditKind
  index: number
  code?: string
  category?: string
  name?: string
  place?: { lon: number; lat: number }
}

export function editsOf(s: Scenario): Edit[] {
  const out: Edit[] = []
  s.add?.forEach((a, index) => out.push({ kind: 'add', index, category: a.category, name: a.name, place: a }))
  s.move?.forEach((m, index) => out.push({ kind: 'move', index, code: m.code, place: m }))
  s.capacity?.forEach((c, index) => out.push({ kind: 'capacity', index, code: c.code }))
  for (const kind of ['close', 'open_gates', 'close_gates', 'cut_paths'] as const) s[kind]?.forEach((code, index) => out.push({ kind, index, code }))
  s.add_paths?.forEach((p, index) => {
    const [lon, lat] = p.line[0] ?? [0, 0]
    out.push({ kind: 'add_paths', index, place: { lon, lat } })
  })
  return out
}

/** Positions to about a decimetre: more only makes links longer. */
export const place = (lon: number, lat: number) => ({ lon: Number(lon.toFixed(6)), lat: Number(lat.toFixed(6)) })

/** How long a draft in a link may be; a longer one has to be saved. */
export const maxLinked = 4000

/** The draft as text for the fragment of a link; undefined when it is empty or too long. */
export function packScenario(s: Scenario): string | undefined {
  const json = JSON.stringify(contentOf(s))
  if (json === '{}') return undefined
  const text = btoa(String.fromCharCode(...new TextEncoder().encode(json))).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
  return text.length <= maxLinked ? text : undefined
}

/** Reads what packScenario wrote; undefined for anything else. The server checks what it says. */
export function unpackScenario(text: string): Scenario | undefined {
  if (text.length > maxLinked || !/^[\w-]+$/.test(text)) return undefined
  try {
    const bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0))
    const s: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    if (typeof s !== 'object' || s === null) return undefined
    return wellFormed(contentOf(s as Scenario)) ? contentOf(s as Scenario) : undefined
  } catch {
    return undefined
  }
}

const isText = (x: unknown) => typeof x === 'string'
const isPlace = (x: unknown) => typeof x === 'object' && x !== null && Number.isFinite((x as AddedFacility).lon) && Number.isFinite((x as AddedFacility).lat)

/** Whether what a link brings can be shown at all. */
function wellFormed(s: Scenario): boolean {
  const every = (list: unknown, ok: (x: never) => boolean) => list === undefined || (Array.isArray(list) && (list as never[]).every(ok))
  return (
    every(s.add, (a: AddedFacility) => isPlace(a) && isText(a.category)) &&
    every(s.move, (m: { code: string }) => isPlace(m) && isText(m.code)) &&
    every(s.capacity, (c: { code: string; capacity: number }) => isText(c?.code) && Number.isFinite(c.capacity)) &&
    [s.close, s.open_gates, s.close_gates, s.cut_paths].every((l) => every(l, isText)) &&
    every(s.add_paths, (p: { line: unknown }) => Array.isArray(p?.line) && p.line.every((v) => Array.isArray(v) && v.length === 2 && v.every(Number.isFinite)))
  )
}

/** The line that passes nearest to a position, in the plane of the map. */
export function nearestLine<T extends { line: [number, number][] }>(lines: readonly T[], at: { lon: number; lat: number }): T | undefined {
  const k = Math.cos((at.lat * Math.PI) / 180)
  const flat = ([lon, lat]: [number, number]) => [(lon - at.lon) * k, lat - at.lat] as const
  let best: T | undefined
  let least = Infinity
  for (const l of lines) {
    for (let i = 1; i < l.line.length; i++) {
      const [ax, ay] = flat(l.line[i - 1] as [number, number])
      const [bx, by] = flat(l.line[i] as [number, number])
      const [dx, dy] = [bx - ax, by - ay]
      const u = Math.max(0, Math.min(1, -(ax * dx + ay * dy) / (dx * dx + dy * dy || 1)))
      const d = Math.hypot(ax + u * dx, ay + u * dy)
      if (d < least) [least, best] = [d, l]
    }
  }
  return best
}
