import type { FeatureCollection } from 'geojson'
import { AttributionControl, Map as GlMap, setWorkerUrl, type ExpressionSpecification, type LngLatBoundsLike, type StyleSpecification } from 'maplibre-gl'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'
import 'maplibre-gl/dist/maplibre-gl.css'
import type { Bounds } from '../api/types'
import { facilityColour, selectedColour } from './theme'

setWorkerUrl(workerUrl)

/** The box around all positions; undefined when there are none. */
export function boundsOf(data: FeatureCollection): Bounds | undefined {
  const b: Bounds = [Infinity, Infinity, -Infinity, -Infinity]
  const see = (c: unknown): void => {
    if (!Array.isArray(c)) return
    const [x, y] = c as unknown[]
    if (typeof x === 'number' && typeof y === 'number') {
      b[0] = Math.min(b[0], x)
      b[1] = Math.min(b[1], y)
      b[2] = Math.max(b[2], x)
      b[3] = Math.max(b[3], y)
    } else c.forEach(see)
  }
  for (const f of data.features) if (f.geometry && 'coordinates' in f.geometry) see(f.geometry.coordinates)
  return b[0] <= b[2] ? b : undefined
}

/** A point that is marked before the others. */
const chosen: ExpressionSpecification = ['==', ['get', 'chosen'], true]

/** A calm map: the city's own style without what is coloured by coverage, and the file's shapes on top. */
export class Preview {
  private constructor(private readonly map: GlMap, private data: FeatureCollection) {}

  static open(container: HTMLElement, style: StyleSpecification, data: FeatureCollection, city: Bounds | undefined, label: string, onReady: () => void): Preview {
    const calm = { ...style, layers: style.layers.filter((l) => !('source-layer' in l && (l['source-layer'] === 'coverage' || l['source-layer'] === 'facilities'))) }
    const map = new GlMap({
      container, style: calm, attributionControl: false, maxZoom: 18, fadeDuration: 0, dragRotate: false, pitchWithRotate: false, cooperativeGestures: false,
      ...(city ? { bounds: city as LngLatBoundsLike } : {}),
      transformRequest: (url) => ({ url: new URL(url, window.location.origin).href }),
    })
    map.getCanvas().setAttribute('aria-label', label)
    map.addControl(new AttributionControl({ compact: true }), 'bottom-right')
    const p = new Preview(map, data)
    map.once('load', () => {
      p.addLayers()
      onReady()
    })
    return p
  }

  private addLayers() {
    const { map } = this
    map.addSource('file', { type: 'geojson', data: this.data })
    map.addLayer({ id: 'file-fill', type: 'fill', source: 'file', filter: ['==', ['geometry-type'], 'Polygon'], paint: { 'fill-color': facilityColour, 'fill-opacity': 0.22 } })
    map.addLayer({ id: 'file-line', type: 'line', source: 'file', filter: ['!=', ['geometry-type'], 'Point'], paint: { 'line-color': facilityColour, 'line-width': 1.6 } })
    map.addLayer({
      id: 'file-point', type: 'circle', source: 'file', filter: ['==', ['geometry-type'], 'Point'],
      layout: { 'circle-sort-key': ['case', chosen, 1, 0] },
      paint: { 'circle-radius': ['case', chosen, 8, 4.5], 'circle-color': ['case', chosen, selectedColour, facilityColour], 'circle-stroke-color': '#fff', 'circle-stroke-width': 1.5 },
    })
    this.fit(false)
  }

  private fit(move: boolean) {
    const b = boundsOf(this.data)
    if (b) this.map.fitBounds(b as LngLatBoundsLike, { padding: 36, maxZoom: 16.5, duration: move && !window.matchMedia('(prefers-reduced-motion: reduce)').matches ? 500 : 0 })
  }

  /** Shows other shapes in place of the last, and goes to where they are. */
  show(data: FeatureCollection, go = true) {
    this.data = data
    const source = this.map.getSource('file')
    if (!source) return // they are added with the layers
    ;(source as unknown as { setData(d: FeatureCollection): void }).setData(data)
    if (go) this.fit(true)
  }

  close() {
    this.map.remove()
  }
}
