import type { LayerSpecification, StyleSpecification } from 'maplibre-gl'

// The server's style decides what the map shows. The page finds in it what it
// has to steer: the source of the coverage layer and where facilities are.

/** The first layer drawn from the named layer of a vector source. */
export function layerOf(style: StyleSpecification, sourceLayer: string): LayerSpecification | undefined {
  return style.layers.find((l) => 'source-layer' in l && l['source-layer'] === sourceLayer)
}

/** The ids of all layers drawn from the named layer. */
export function layersOf(style: StyleSpecification, sourceLayer: string): string[] {
  return style.layers.filter((l) => 'source-layer' in l && l['source-layer'] === sourceLayer).map((l) => l.id)
}

export function sourceOf(style: StyleSpecification, sourceLayer: string): string | undefined {
  const l = layerOf(style, sourceLayer)
  return l && 'source' in l && typeof l.source === 'string' ? l.source : undefined
}

export interface CoverageTiles {
  source: string
  /** Address of a tile with {z}/{x}/{y}, without a query. */
  template: string
}

function withoutQuery(url: string): string {
  return url.replace(/\?.*$/, '')
}

/**
 * Finds the source of the coverage layer and makes it one whose tile address
 * is known to the page, whether the style names tiles or a TileJSON document.
 */
export async function openCoverage(style: StyleSpecification, tileJSON: (url: string) => Promise<unknown>): Promise<CoverageTiles | undefined> {
  const name = sourceOf(style, 'coverage')
  const source = name === undefined ? undefined : style.sources[name]
  if (name === undefined || source?.type !== 'vector') return undefined
  if (source.url !== undefined && !source.tiles?.length) {
    const doc = (await tileJSON(source.url)) as { tiles?: string[]; minzoom?: number; maxzoom?: number; bounds?: [number, number, number, number]; attribution?: string }
    style.sources[name] = {
      type: 'vector',
      tiles: doc.tiles ?? [],
      minzoom: doc.minzoom ?? 0,
      maxzoom: doc.maxzoom ?? 16,
      ...(doc.bounds ? { bounds: doc.bounds } : {}),
      ...(doc.attribution ? { attribution: doc.attribution } : {}),
    }
  }
  const now = style.sources[name]
  const first = now?.type === 'vector' ? now.tiles?.[0] : undefined
  return first === undefined ? undefined : { source: name, template: withoutQuery(first) }
}

/** The address of the coverage tiles of one requirement. */
export function coverageTiles(c: CoverageTiles, standard: string, category: string): string {
  const q = new URLSearchParams()
  if (standard) q.set('standard', standard)
  if (category) q.set('category', category)
  return q.size ? `${c.template}?${q}` : c.template
}
