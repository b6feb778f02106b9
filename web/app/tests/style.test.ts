import type { StyleSpecification } from 'maplibre-gl'
import { describe, expect, it } from 'vitest'
import { coverageTiles, layersOf, openCoverage } from '../src/map/style'
import { palette, paletteOf } from '../src/map/theme'

function style(source: object): StyleSpecification {
  return {
    version: 8,
    sources: { base: { type: 'vector', tiles: ['/b'] }, cov: { type: 'vector', ...source } },
    layers: [
      { id: 'ground', type: 'background' },
      { id: 'streets', type: 'line', source: 'base', 'source-layer': 'streets' },
      { id: 'areas', type: 'fill', source: 'cov', 'source-layer': 'coverage' },
      { id: 'buildings', type: 'fill-extrusion', source: 'cov', 'source-layer': 'coverage' },
    ],
  } as StyleSpecification
}
const never = () => Promise.reject(new Error('not asked'))

describe('the coverage source', () => {
  it('is found with its tiles, whatever query they have', async () => {
    const c = await openCoverage(style({ tiles: ['http://h/tiles/coverage/{z}/{x}/{y}.mvt?category=bank@15'] }), never)
    expect(c).toEqual({ source: 'cov', template: 'http://h/tiles/coverage/{z}/{x}/{y}.mvt' })
  })

  it('is resolved from a TileJSON address', async () => {
    const s = style({ url: '/tiles/coverage.json' })
    const c = await openCoverage(s, async () => ({ tiles: ['/t/{z}/{x}/{y}.mvt'], minzoom: 8, maxzoom: 16 }))
    expect(c?.template).toBe('/t/{z}/{x}/{y}.mvt')
    expect(s.sources.cov).toEqual({ type: 'vector', tiles: ['/t/{z}/{x}/{y}.mvt'], minzoom: 8, maxzoom: 16 })
  })

  it('may be missing', async () => {
    const s = style({})
    s.layers = s.layers.slice(0, 2)
    expect(await openCoverage(s, never)).toBeUndefined()
    expect(layersOf(s, 'coverage')).toEqual([])
  })

  it('is asked for by standard and requirement', () => {
    const c = { source: 'cov', template: '/t/{z}/{x}/{y}.mvt' }
    expect(coverageTiles(c, 'gb', 'bank@15')).toBe('/t/{z}/{x}/{y}.mvt?standard=gb&category=bank%4015')
    expect(coverageTiles(c, '', '')).toBe('/t/{z}/{x}/{y}.mvt')
  })
})

describe('paletteOf', () => {
  it('takes the colours of the style and only colours', () => {
    const p = paletteOf({ metadata: { 'hearthmap:legend': { status: [{ status: 'covered', color: '#123456' }, { status: 'uncovered', color: 'url(x)' }], share: [{ share: 0, color: '#000000' }, { share: 1, color: '#ffffff' }] } } })
    expect(p.covered).toBe('#123456')
    expect(p.uncovered).toBe(palette.uncovered)
    expect(p.shares).toHaveLength(2)
    expect(paletteOf({})).toEqual(palette)
  })

  /** Relative luminance, WCAG 2. */
  const luminance = (hex: string) => {
    const [r = 0, g = 0, b = 0] = [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16) / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  it('keeps the three states apart by lightness alone', () => {
    const l = [palette.uncovered, palette.covered, palette.unreachable].map(luminance)
    const contrast = (a = 0, b = 0) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
    expect(contrast(l[0], l[1])).toBeGreaterThan(1.8)
    expect(contrast(l[1], l[2])).toBeGreaterThan(1.8)
  })
})
