import type { SitingPlan } from '../api/types'

/** By how much the best choice can be better than the one found: 0.004 for 0.4 %. */
export function room(plan: Pick<SitingPlan, 'gain' | 'bound'>): number {
  return plan.gain > 0 ? Math.max(0, plan.bound / plan.gain - 1) : 0
}

/** The points of a line through who is covered with 0, 1, … sites, in a box of the size. */
export function curve(plan: Pick<SitingPlan, 'before' | 'people' | 'sites'>, width: number, height: number): { x: number; y: number }[] {
  const values = [plan.before, ...plan.sites.map((s) => s.after)]
  const low = plan.before
  const high = Math.max(low + 1, ...values)
  return values.map((v, i) => ({ x: (i / Math.max(1, values.length - 1)) * width, y: height - ((v - low) / (high - low)) * height }))
}

export function sitesGeoJSON(plan: Pick<SitingPlan, 'category' | 'sites'>): string {
  return JSON.stringify(
    {
      type: 'FeatureCollection',
      features: plan.sites.map((s) => ({
        type: 'Feature',
        geometry: { type: 'Point', coordinates: [s.lon, s.lat] },
        properties: { rank: s.rank, code: s.code, name: s.name, category: plan.category, gain: s.gain, total: s.total, covered: s.after },
      })),
    },
    undefined,
    2,
  )
}

/** A field of a CSV file. Text that a spreadsheet would take for a formula is kept from being one. */
function field(v: string | number): string {
  let text = String(v)
  if (typeof v === 'string' && /^[=+\-@\t\r]/.test(text)) text = `'${text}`
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** CSV with a mark that spreadsheets recognize UTF-8 by. */
export function sitesCSV(plan: Pick<SitingPlan, 'category' | 'sites'>): string {
  const rows: (string | number)[][] = [['rank', 'code', 'name', 'category', 'lon', 'lat', 'gain', 'total', 'covered']]
  for (const s of plan.sites) rows.push([s.rank, s.code, s.name, plan.category, s.lon, s.lat, s.gain, s.total, s.after])
  return `\uFEFF${rows.map((r) => r.map(field).join(',')).join('\r\n')}\r\n`
}

/** The text of a file, in UTF-8 or, where it is not that, GB18030. */
export async function readText(file: Blob): Promise<string> {
  const bytes = await file.arrayBuffer()
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('gb18030').decode(bytes)
  }
}
