import { describe, expect, it } from 'vitest'
import { curve, readText, room, sitesCSV, sitesGeoJSON } from '../src/lib/siting'

const site = (rank: number, after: number, name = 'a') => ({ rank, code: `B${rank}`, name, lon: 123.4, lat: 41.8, gain: 10, total: 10 * rank, after, reach: 10 })

describe('siting', () => {
  it('says by how much the best can be better', () => {
    expect(room({ gain: 1000, bound: 1004 })).toBeCloseTo(0.004)
    expect(room({ gain: 1000, bound: 1000 })).toBe(0)
    expect(room({ gain: 0, bound: 0 })).toBe(0)
  })
  it('draws a line from the present up', () => {
    expect(curve({ before: 50, people: 100, sites: [site(1, 80), site(2, 90)] }, 100, 40)).toEqual([{ x: 0, y: 40 }, { x: 50, y: 10 }, { x: 100, y: 0 }])
    expect(curve({ before: 50, people: 100, sites: [] }, 100, 40)).toEqual([{ x: 0, y: 40 }])
  })
  it('writes files that others can read', () => {
    const plan = { category: 'clinic', sites: [site(1, 80, '=1,"x"')] }
    expect(sitesCSV(plan)).toBe('\uFEFFrank,code,name,category,lon,lat,gain,total,covered\r\n1,B1,"\'=1,""x""",clinic,123.4,41.8,10,10,80\r\n')
    expect(JSON.parse(sitesGeoJSON(plan)).features[0].geometry).toEqual({ type: 'Point', coordinates: [123.4, 41.8] })
  })
  it('reads a file of either encoding', async () => {
    expect(await readText(new Blob([new TextEncoder().encode('经度')]))).toBe('经度')
    expect(await readText(new Blob([new Uint8Array([0xbe, 0xad, 0xb6, 0xc8])]))).toBe('经度')
  })
})
