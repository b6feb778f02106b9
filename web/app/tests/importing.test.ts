import { describe, expect, it } from 'vitest'
import type { ImportDatum, ImportFindings, ImportJob } from '../src/api/types'
import { buckets, byCode, measures, noChoice, progressOf, ranked, readable, remap, sizeText, wanting } from '../src/lib/importing'

const datum = (crs: string, inArea: number, inCity: number): ImportDatum => ({
  crs, points: 40, evidence: [{ measure: 'in_area', hits: inArea, of: 38 }, { measure: 'in_city', hits: inCity, of: 40 }],
})

const findings = (f: Partial<ImportFindings> = {}): ImportFindings => ({
  format: 'csv', kind: 'facilities', kind_certain: true, encoding: 'utf-8', encoding_certain: true, encodings: [], crs: 'wgs84', crs_from: 'default', layers: [], layer: '', layer_certain: true, header_row: 1,
  columns: [], fields: [], datums: [], doubt: false, wrong: false, missing: [], rows: 3, rejected: 0, problems: [], notes: [], notes_zh: [],
  sample: { type: 'FeatureCollection', features: [] }, ...f,
})

describe('importing', () => {
  it('writes sizes as people read them', () => {
    expect([0, 999, 1536, 5 << 20, 2 ** 31].map(sizeText)).toEqual(['0 B', '999 B', '1.5 KB', '5 MB', '2 GB'])
  })

  it('puts the reference system with the better evidence first', () => {
    const list = [datum('wgs84', 2, 39), datum('gcj02', 38, 40), datum('bd09', 0, 31)]
    expect(ranked(list).map((d) => d.crs)).toEqual(['gcj02', 'wgs84', 'bd09'])
    expect(list[0]?.crs).toBe('wgs84')
    expect(measures(list)).toEqual(['in_area', 'in_city'])
  })

  it('does not weigh a handful of places', () => {
    const d = datum('wgs84', 2, 40)
    d.evidence.unshift({ measure: 'in_compound', hits: 1, of: 2 })
    expect(measures([d])).not.toContain('in_compound')
  })

  it('lets nothing doubtful through without a choice', () => {
    expect(wanting(findings(), noChoice())).toBeUndefined()
    expect(wanting(findings({ kind: '' }), noChoice())).toBe('kind')
    expect(wanting(findings({ doubt: true }), noChoice())).toBe('crs')
    expect(wanting(findings({ doubt: true }), { ...noChoice(), crs: 'gcj02' })).toBeUndefined()
    expect(wanting(findings({ missing: ['category'] }), noChoice())).toBe('columns')
    const e = { score: 0.5, header: [], reason: '' }
    const unsure = findings({ encoding_certain: false, encodings: [{ encoding: 'gb18030', ...e }, { encoding: 'big5', ...e }] })
    expect(wanting(unsure, noChoice())).toBe('encoding')
    expect(wanting(unsure, { ...noChoice(), encoding: 'big5' })).toBeUndefined()
    expect(wanting(findings({ rows: 0 }), noChoice())).toBe('rows')
  })

  it('gives a field to one column only', () => {
    const column = (name: string) => ({ name, field: '', filled: 1, masked: false, samples: [] })
    const one = remap({}, column('甲'), 'name')
    expect(remap(one, column('乙'), 'name')).toEqual({ 乙: 'name' })
    expect(remap(one, column('乙'), '')).toEqual({ 甲: 'name', 乙: '-' })
    expect(one).toEqual({ 甲: 'name' })
  })

  it('sorts reasons by their number', () => {
    expect(byCode({ value: 2, duplicate: 9, missing: 2 })).toEqual([['duplicate', 9], ['missing', 2], ['value', 2]])
  })

  it('draws masked values by their form', () => {
    expect(['9{18}', '汉{2}', '9{4}-9{2}-9', 'A9{3}', '9{60}'].map(readable)).toEqual(['0'.repeat(18), '某某', '0000-00-0', 'A000', `${'0'.repeat(23)}…`])
  })

  it('never shows a job as complete before it is', () => {
    const job = (state: ImportJob['state'], stage: string, read = 0, total = 10) => ({ state, progress: { stage, read, total, rows: 0 } }) as ImportJob
    expect(progressOf(job('queued', 'wait'))).toBe(0)
    expect(progressOf(job('running', 'read', 10))).toBe(0.75)
    expect(progressOf(job('running', 'finish', 10))).toBeLessThan(1)
    expect(progressOf(job('done', 'finish', 10))).toBe(1)
  })

  it('adds up what an undo did', () => {
    const undo = { batch: 1, undo_batch: 2, kind: 'buildings', file: 'b', reversed: { building: 3, entrance: 4 }, kept: {}, failed: { building: 1 }, reasons: [], later: [] }
    expect(buckets(undo)).toEqual({ reversed: 7, kept: 0, failed: 1 })
  })
})
