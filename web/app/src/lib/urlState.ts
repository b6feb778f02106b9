// The state of the page that a link carries. It names places and views only:
// never persons, units or what was typed into the search box.

export type Tab = 'services' | 'area' | 'siting' | 'scenario'

export interface UrlState {
  map?: { zoom: number; lat: number; lon: number; bearing: number; pitch: number }
  standard?: string
  category?: string
  building?: string
  area?: string
  tab?: Tab
  /** An unsaved scenario, packed. */
  draft?: string
}

const codePattern = /^[\p{L}\p{N}@._:/-]{1,80}$/u

function code(s: string | null): string | undefined {
  return s !== null && codePattern.test(s) ? s : undefined
}

/** Reads location.hash; whatever does not make sense is left out. */
export function parseUrlState(hash: string): UrlState {
  const q = new URLSearchParams(hash.replace(/^#/, ''))
  const state: UrlState = {}
  const m = q.get('map')?.split('/').map(Number)
  if (m && m.length >= 3 && m.every(Number.isFinite)) {
    const [zoom = 0, lat = 0, lon = 0, bearing = 0, pitch = 0] = m
    if (zoom >= 0 && zoom <= 24 && Math.abs(lat) <= 85.06 && Math.abs(lon) <= 180 && pitch >= 0 && pitch <= 85) {
      state.map = { zoom, lat, lon, bearing, pitch }
    }
  }
  state.standard = code(q.get('std'))
  state.category = code(q.get('cat'))
  state.building = code(q.get('b'))
  state.area = code(q.get('area'))
  const tab = q.get('tab')
  if (tab === 'area' || tab === 'services' || tab === 'siting' || tab === 'scenario') state.tab = tab
  const draft = q.get('draft')
  if (draft && /^[\w-]+$/.test(draft)) state.draft = draft
  for (const k of Object.keys(state) as (keyof UrlState)[]) if (state[k] === undefined) delete state[k]
  return state
}

function short(n: number, digits: number): string {
  return String(Number(n.toFixed(digits)))
}

/** Writes the state as a hash with its '#', or '' when there is nothing to say. */
export function formatUrlState(s: UrlState): string {
  const parts: string[] = []
  if (s.map) {
    const { zoom, lat, lon, bearing, pitch } = s.map
    const m = [short(zoom, 2), short(lat, 6), short(lon, 6)]
    if (Math.round(bearing) !== 0 || Math.round(pitch) !== 0) m.push(short(bearing, 0), short(pitch, 0))
    parts.push(`map=${m.join('/')}`)
  }
  const put = (k: string, v: string | undefined) => {
    if (v && codePattern.test(v)) parts.push(`${k}=${encodeURIComponent(v).replaceAll('%2F', '/').replaceAll('%40', '@').replaceAll('%3A', ':')}`)
  }
  put('std', s.standard)
  put('cat', s.category)
  put('b', s.building)
  put('area', s.area)
  put('tab', s.tab)
  if (s.draft) parts.push(`draft=${s.draft}`)
  return parts.length ? `#${parts.join('&')}` : ''
}
