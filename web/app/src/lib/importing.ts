// What the import page has to work out, apart from showing it.
import type { ImportColumn, ImportDatum, ImportEvidence, ImportFindings, ImportJob, ImportUndo } from '../api/types'

export const kinds = ['areas', 'compounds', 'streets', 'buildings', 'units', 'residents', 'facilities', 'osm'] as const
export type ImportKind = (typeof kinds)[number]

/** What the clerk has chosen; empty is: as the file says. */
export interface Choice {
  kind: string
  encoding: string
  crs: string
  /** A sheet or layer by its name. */
  layer: string
  /** The row that names the columns; 0: as found. */
  headerRow: number
  /** Columns whose field was changed by hand: column → field, '-' for none. */
  mapping: Record<string, string>
  mode: 'upsert' | 'insert' | 'replace'
  source: string
}

export const noChoice = (): Choice => ({ kind: '', encoding: '', crs: '', layer: '', headerRow: 0, mapping: {}, mode: 'upsert', source: '' })

/** Bytes as people read them. */
export function sizeText(n: number): string {
  const units = ['B', 'KB', 'MB', 'GB']
  let i = 0
  while (n >= 1000 && i < units.length - 1) {
    n /= 1024
    i++
  }
  return `${i === 0 || n >= 100 ? Math.round(n) : Number(n.toFixed(1))} ${units[i]}`
}

export const shareOf = (e: ImportEvidence): number => (e.of > 0 ? e.hits / e.of : 0)

/** Few places prove nothing: the server judges by ten as well. */
const fewPlaces = 10

/** The measures that tell the reference systems apart, the sharpest first, three at most. */
export function measures(datums: ImportDatum[]): string[] {
  const order = ['in_compound', 'at_building', 'in_area', 'in_city', 'on_footprint', 'near_building']
  const asked = order.filter((m) => datums.some((d) => d.evidence.some((e) => e.measure === m && e.of >= Math.min(fewPlaces, d.points))))
  return asked.slice(0, 3)
}

export function evidenceOf(d: ImportDatum, measure: string): ImportEvidence {
  return d.evidence.find((e) => e.measure === measure) ?? { measure, hits: 0, of: 0 }
}

/** The reference systems, those with the better evidence first. */
export function ranked(datums: ImportDatum[]): ImportDatum[] {
  const by = measures(datums)
  return [...datums].sort((a, b) => {
    for (const m of by) {
      const d = shareOf(evidenceOf(b, m)) - shareOf(evidenceOf(a, m))
      if (Math.abs(d) > 1e-9) return d
    }
    return 0
  })
}

export type Wanting = 'kind' | 'encoding' | 'crs' | 'layer' | 'columns' | 'rows'

/** What stands between the findings and a dry run; undefined when nothing does. */
export function wanting(f: ImportFindings, c: Choice): Wanting | undefined {
  if (!f.kind) return 'kind'
  if (f.encodings.length > 1 && !f.encoding_certain && !c.encoding) return 'encoding'
  if (f.layers.length > 1 && !f.layer_certain && !c.layer) return 'layer'
  if (f.missing.length) return 'columns'
  if (f.doubt && !c.crs) return 'crs'
  if (f.rows === 0) return 'rows'
  return undefined
}

/** The mapping after a column was given another field. What the header says by itself is not repeated. */
export function remap(mapping: Record<string, string>, column: ImportColumn, field: string): Record<string, string> {
  const next = { ...mapping }
  for (const [name, f] of Object.entries(next)) if (f === field && field !== '-') delete next[name]
  next[column.name] = field || '-'
  return next
}

/** Reject codes with their rows, the most frequent first. */
export function byCode(codes: Record<string, number>): [string, number][] {
  return Object.entries(codes).sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]))
}

/** A masked value's form drawn out: 9{4}-9{2} is 0000-00. */
export function readable(form: string): string {
  const classes: Record<string, string> = { 9: '0', 汉: '某' }
  const text = form.replace(/(.)\{(\d+)\}|./gu, (whole, c: string | undefined, n: string | undefined) => {
    const one = c ?? whole
    return (classes[one] ?? one).repeat(Math.min(40, Number(n ?? 1)))
  })
  return text.length > 24 ? `${text.slice(0, 23)}…` : text
}

export const ended = (j: ImportJob): boolean => j.state !== 'queued' && j.state !== 'running'

/** How far a job is, 0 to 1: reading is most of it, what comes after cannot be measured. */
export function progressOf(j: ImportJob): number {
  if (j.state === 'done') return 1
  const { stage, read, total } = j.progress
  if (stage === 'wait') return 0
  if (stage === 'merge') return 0.8
  if (stage === 'finish') return 0.95
  return total > 0 ? 0.75 * Math.min(1, read / total) : 0
}

/** Rows a second while a job reads; undefined before it can be told. */
export function rateOf(j: ImportJob): number | undefined {
  const { stage, rows, seconds } = j.progress
  return stage === 'read' && rows > 0 && seconds >= 0.5 ? Math.round(rows / seconds) : undefined
}

const sum = (bucket: Record<string, number>) => Object.values(bucket).reduce((a, b) => a + b, 0)

/** The three buckets of an undo, as totals. */
export function buckets(u: ImportUndo): { reversed: number; kept: number; failed: number } {
  return { reversed: sum(u.reversed), kept: sum(u.kept), failed: sum(u.failed) }
}
