import { AttributionControl, Map as GlMap, Marker, ScaleControl, setWorkerUrl, type ExpressionSpecification, type LngLatBoundsLike, type MapGeoJSONFeature, type MapMouseEvent, type PaddingOptions, type StyleSpecification } from 'maplibre-gl'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'
import 'maplibre-gl/dist/maplibre-gl.css'
import type { Bounds } from '../api/types'
import type { Lang } from '../i18n'
import type { UrlState } from '../lib/urlState'
import { ScenarioLayer, type PlacedEvents } from './scenarioLayer'
import { coverageTiles, layersOf, openCoverage, sourceOf, type CoverageTiles } from './style'
import { cjkFonts, facilityColour, palette, selectedColour, withSelected } from './theme'

setWorkerUrl(workerUrl)

const facilityLayer = 'page-facility'
const facilityLabel = 'page-facility-name'
const areaLayer = 'page-area'
const outlineLayer = 'page-outline'

export interface Tooltip {
  x: number
  y: number
  kind: 'building' | 'area' | 'facility'
  properties: Record<string, unknown>
}

export interface FacilityHit {
  code: string
  name: string
  category?: string
  lon: number
  lat: number
}

export interface MapEvents {
  onMove(state: NonNullable<UrlState['map']>): void
  onBuilding(code: string): void
  onArea(code: string): void
  onFacility(f: FacilityHit): void
  onHover(tip: Tooltip | undefined): void
  /** A click before anything else; true when it is used up. */
  onClick(at: { lon: number; lat: number; bounds: Bounds }): boolean
  /** Whether a facility may be dragged; told where it goes. */
  onGrab(f: FacilityHit): ((at: { lon: number; lat: number }, done: boolean) => void) | undefined
  placed: PlacedEvents
  onReady(): void
  /** A tile or the style was refused: the HTTP status, 0 when the server is away. */
  onRefused(status: number): void
}

export interface MapOptions {
  container: HTMLElement
  style: StyleSpecification
  lang: Lang
  standard: string
  category: string
  facilityCategory: string
  start?: UrlState['map']
  bounds?: Bounds
  padding: PaddingOptions
  label: string
  attribution: string
  compact: boolean
  calm: boolean // prefers-reduced-motion
  events: MapEvents
  tileJSON: (url: string) => Promise<unknown>
}

function facilityOf(f: MapGeoJSONFeature, e: MapMouseEvent): FacilityHit {
  const [lon = e.lngLat.lng, lat = e.lngLat.lat] = f.geometry.type === 'Point' ? f.geometry.coordinates : []
  const p = f.properties
  return { code: String(p.code), name: String(p.name ?? ''), category: p.category === undefined ? undefined : String(p.category), lon, lat }
}

/** The map of one page: MapLibre and what this product adds to it. */
export class MapController {
  private readonly coverageLayers: string[]
  private readonly facilityLayers: string[]
  private selected: string | undefined
  private styled = false
  readonly scenario: ScenarioLayer

  private constructor(
    readonly map: GlMap,
    private readonly style: StyleSpecification,
    private readonly coverage: CoverageTiles | undefined,
    private readonly o: MapOptions,
  ) {
    this.coverageLayers = layersOf(style, 'coverage')
    this.facilityLayers = layersOf(style, 'facilities')
    this.scenario = new ScenarioLayer(map, coverage?.source, o.events.placed)
  }

  /** Opens the map; throws when the browser has no WebGL. */
  static async open(o: MapOptions): Promise<MapController> {
    const style = o.style
    const coverage = await openCoverage(style, o.tileJSON)
    if (coverage) {
      const source = style.sources[coverage.source]
      if (source?.type === 'vector') source.tiles = [coverageTiles(coverage, o.standard, o.category)]
    }
    const map = new GlMap({
      container: o.container,
      style,
      localIdeographFontFamily: cjkFonts,
      attributionControl: false,
      maxPitch: 70,
      maxZoom: 20,
      minZoom: 3,
      fadeDuration: o.calm ? 0 : 200,
      ...(o.start
        ? { center: [o.start.lon, o.start.lat], zoom: o.start.zoom, bearing: o.start.bearing, pitch: o.start.pitch }
        : o.bounds
          ? { bounds: o.bounds as LngLatBoundsLike, fitBoundsOptions: { padding: o.padding, maxZoom: 16 }, pitch: o.compact ? 0 : 45 }
          : {}),
      transformRequest: (url) => ({ url: new URL(url, window.location.origin).href }),
    })
    map.getCanvas().setAttribute('aria-label', o.label)
    map.addControl(new ScaleControl({ maxWidth: 110 }), 'bottom-right')
    map.addControl(new AttributionControl({ compact: o.compact, customAttribution: o.attribution }), 'bottom-right')
    const controller = new MapController(map, style, coverage, o)
    controller.listen()
    return controller
  }

  private listen() {
    const { map, o } = this
    map.on('style.load', () => {
      this.styled = true
      this.addLayers()
      this.scenario.add()
      this.paint()
      this.setLang(o.lang)
      o.events.onReady()
    })
    const report = () => {
      const c = map.getCenter()
      o.events.onMove({ zoom: map.getZoom(), lat: c.lat, lon: c.lng, bearing: map.getBearing(), pitch: map.getPitch() })
    }
    report()
    map.on('moveend', report)
    map.once('load', () => {
      report()
      // Small screens show the attribution folded; it opens on a tap.
      if (o.compact) o.container.querySelector('.maplibregl-ctrl-attrib')?.classList.remove('maplibregl-compact-show')
    })
    map.on('error', (e: { error?: { status?: number; message?: string; name?: string } }) => {
      const status = e.error?.status
      if (typeof status === 'number') o.events.onRefused(status)
      else if (/fetch|network/i.test(e.error?.message ?? '')) o.events.onRefused(0)
    })
    map.on('click', (e) => this.click(e))
    map.on('mousedown', (e) => {
      if (e.originalEvent.button !== 0 || e.originalEvent.ctrlKey) return
      const hit = this.pick(e)
      if (hit?.kind !== 'facility') return
      const moving = o.events.onGrab(facilityOf(hit.feature, e))
      if (moving) this.scenario.follow(e, moving)
    })
    map.on('mousemove', (e) => this.hover(e))
    const leave = () => {
      cancelAnimationFrame(this.hovering)
      o.events.onHover(undefined)
    }
    map.on('mouseout', leave)
    map.on('movestart', leave)
  }

  /** Layers of the page itself: the facilities of the chosen category, the chosen area. */
  private addLayers() {
    const { map, style, o } = this
    const facilities = sourceOf(style, 'facilities')
    if (facilities !== undefined) {
      const filter = ['==', ['get', 'category'], o.facilityCategory] as never
      map.addLayer({
        id: facilityLayer, type: 'circle', source: facilities, 'source-layer': 'facilities', minzoom: 12, filter,
        paint: {
          'circle-radius': ['interpolate', ['linear'], ['zoom'], 12, 4, 16, 8],
          'circle-color': facilityColour,
          'circle-stroke-color': '#ffffff',
          'circle-stroke-width': 2,
        },
      })
      map.addLayer({
        id: facilityLabel, type: 'symbol', source: facilities, 'source-layer': 'facilities', minzoom: 14, filter,
        layout: { 'text-field': ['get', 'name'], 'text-font': [cjkFonts], 'text-size': 12, 'text-offset': [0, 1.1], 'text-anchor': 'top', 'text-max-width': 9, 'text-optional': true },
        paint: { 'text-color': facilityColour, 'text-halo-color': 'rgba(255,255,255,.92)', 'text-halo-width': 1.6 },
      })
    }
    // The other categories step back behind the chosen one.
    const retiring: ExpressionSpecification = ['interpolate', ['linear'], ['zoom'], 14.6, 0, 15.6, 0.65]
    for (const id of this.facilityLayers) {
      if (map.getLayer(id)?.type === 'circle') {
        map.setPaintProperty(id, 'circle-opacity', retiring)
        map.setPaintProperty(id, 'circle-stroke-opacity', retiring)
      }
    }
    const areas = sourceOf(style, 'areas')
    if (areas !== undefined) {
      map.addLayer({
        id: areaLayer, type: 'line', source: areas, 'source-layer': 'areas', filter: ['==', ['get', 'code'], ''] as never,
        paint: { 'line-color': selectedColour, 'line-width': 2.5, 'line-opacity': 0.9 },
      })
    }
  }

  private pick(e: MapMouseEvent): { kind: Tooltip['kind']; feature: MapGeoJSONFeature } | undefined {
    const { map, style } = this
    const has = (id: string) => map.getLayer(id) !== undefined
    const near: [[number, number], [number, number]] = [
      [e.point.x - 4, e.point.y - 4],
      [e.point.x + 4, e.point.y + 4],
    ]
    const circles = [facilityLayer, ...this.facilityLayers].filter(has)
    const f = circles.length ? map.queryRenderedFeatures(near, { layers: circles })[0] : undefined
    if (f) return { kind: 'facility', feature: f }
    const solid = [...this.coverageLayers, ...layersOf(style, 'buildings')].filter(has)
    const hits = solid.length ? map.queryRenderedFeatures(e.point, { layers: solid }) : []
    const b = hits.find((h) => h.properties.code !== undefined && h.properties.level === undefined)
    if (b) return { kind: 'building', feature: b }
    const a = hits.find((h) => h.properties.code !== undefined && h.properties.level !== undefined)
    return a ? { kind: 'area', feature: a } : undefined
  }

  private click(e: MapMouseEvent) {
    const { events } = this.o
    const west = this.map.unproject([e.point.x - 12, e.point.y + 12])
    const east = this.map.unproject([e.point.x + 12, e.point.y - 12])
    if (events.onClick({ lon: e.lngLat.lng, lat: e.lngLat.lat, bounds: [west.lng, west.lat, east.lng, east.lat] })) return
    const hit = this.pick(e)
    if (!hit) return
    const code = String(hit.feature.properties.code)
    if (hit.kind === 'building') events.onBuilding(code)
    else if (hit.kind === 'area') events.onArea(code)
    else events.onFacility(facilityOf(hit.feature, e))
  }

  private hovering = 0

  /** Looks up what is under the pointer once a frame, not once an event. */
  private hover(e: MapMouseEvent) {
    if (this.o.compact) return
    cancelAnimationFrame(this.hovering)
    this.hovering = requestAnimationFrame(() => this.pointAt(e))
  }

  private pointAt(e: MapMouseEvent) {
    const hit = this.pick(e)
    this.map.getCanvas().style.cursor = this.cursor || (hit ? 'pointer' : '')
    this.o.events.onHover(hit && { x: e.point.x, y: e.point.y, kind: hit.kind, properties: hit.feature.properties })
  }

  private whenStyled(f: () => void) {
    if (this.styled) f()
    else this.map.once('style.load', f)
  }

  /** Colours the map by another requirement. */
  setCoverage(standard: string, category: string, facilityCategory: string) {
    this.o.facilityCategory = facilityCategory
    this.whenStyled(() => {
      if (this.coverage) {
        const source = this.map.getSource(this.coverage.source)
        if (source && 'setTiles' in source) (source as { setTiles(t: string[]): unknown }).setTiles([coverageTiles(this.coverage, standard, category)])
      }
      for (const id of [facilityLayer, facilityLabel]) if (this.map.getLayer(id)) this.map.setFilter(id, ['==', ['get', 'category'], facilityCategory] as never)
    })
  }

  setSelected(code: string | undefined) {
    if (code === this.selected) return
    this.selected = code
    this.whenStyled(() => this.paint())
  }

  private paint() {
    const colour = (own: unknown) => withSelected(ScenarioLayer.fare(own ?? palette.covered), this.selected)
    for (const l of this.style.layers) {
      if (!this.coverageLayers.includes(l.id)) continue
      if (l.type === 'fill-extrusion') this.map.setPaintProperty(l.id, 'fill-extrusion-color', colour(l.paint?.['fill-extrusion-color']))
      if (l.type === 'circle') this.map.setPaintProperty(l.id, 'circle-color', colour(l.paint?.['circle-color']))
    }
  }

  /** Draws upon the map once its style is there. */
  draw(f: (s: ScenarioLayer) => void) {
    this.whenStyled(() => f(this.scenario))
  }

  setCursor(cursor: string) {
    this.cursor = cursor
    this.map.getCanvas().style.cursor = cursor
  }

  private cursor = ''

  centre(): { lon: number; lat: number } {
    const c = this.map.getCenter()
    return { lon: c.lng, lat: c.lat }
  }

  bounds(): Bounds {
    const b = this.map.getBounds()
    return [b.getWest(), b.getSouth(), b.getEast(), b.getNorth()]
  }

  setArea(code: string | undefined) {
    this.whenStyled(() => {
      if (this.map.getLayer(areaLayer)) this.map.setFilter(areaLayer, ['==', ['get', 'code'], code ?? ''] as never)
    })
  }

  /** Draws lines, such as the border of a gap; none takes them away. */
  setOutline(lines: [number, number][][] | undefined) {
    const data = { type: 'MultiLineString' as const, coordinates: lines ?? [] }
    this.whenStyled(() => {
      const source = this.map.getSource(outlineLayer)
      if (source && 'setData' in source) return void (source as { setData(d: unknown): unknown }).setData(data)
      if (!lines) return
      this.map.addSource(outlineLayer, { type: 'geojson', data })
      const layout = { 'line-join': 'round', 'line-cap': 'round' } as const
      this.map.addLayer({ id: `${outlineLayer}-halo`, type: 'line', source: outlineLayer, layout, paint: { 'line-color': '#ffffff', 'line-width': 7, 'line-opacity': 0.85 } })
      this.map.addLayer({ id: outlineLayer, type: 'line', source: outlineLayer, layout, paint: { 'line-color': selectedColour, 'line-width': 3 } })
    })
  }

  private pins: Marker[] = []

  /** Numbered pins, such as sites for new facilities; those before are taken away. */
  setPins(pins: { text: string; label: string; lon: number; lat: number }[]) {
    for (const p of this.pins) p.remove()
    this.pins = pins.map((p) => {
      const element = document.createElement('div')
      const pin = element.appendChild(document.createElement('div'))
      pin.className = 'site-pin'
      pin.title = p.label
      pin.appendChild(document.createElement('b')).textContent = p.text
      const marker = new Marker({ element, anchor: 'bottom-left' }).setLngLat([p.lon, p.lat]).addTo(this.map)
      element.setAttribute('role', 'img')
      element.setAttribute('aria-label', p.label)
      return marker
    })
  }

  /** Labels in the page's language, in Chinese where there is no other name. */
  setLang(lang: Lang) {
    this.o.lang = lang
    const text = lang === 'en' ? ['case', ['>', ['length', ['coalesce', ['get', 'name_en'], '']], 0], ['get', 'name_en'], ['coalesce', ['get', 'name'], '']] : ['coalesce', ['get', 'name'], '']
    this.whenStyled(() => {
      for (const l of this.map.getStyle().layers) {
        if (l.type === 'symbol' && /"name"|\{name\}/.test(JSON.stringify(l.layout?.['text-field'] ?? ''))) this.map.setLayoutProperty(l.id, 'text-field', text as ExpressionSpecification)
      }
    })
  }

  setLabel(label: string) {
    this.map.getCanvas().setAttribute('aria-label', label)
  }

  private get duration() {
    return this.o.calm ? 0 : 700
  }

  go(point: { lon: number; lat: number; zoom?: number }, padding: PaddingOptions) {
    const zoom = Math.max(this.map.getZoom(), point.zoom ?? 0)
    const offset: [number, number] = [((padding.left ?? 0) - (padding.right ?? 0)) / 2, ((padding.top ?? 0) - (padding.bottom ?? 0)) / 2]
    if (this.o.calm) this.map.jumpTo({ center: this.centreFor(point, zoom, offset), zoom })
    else this.map.flyTo({ center: [point.lon, point.lat], zoom, offset, duration: 900, essential: false })
  }

  /** jumpTo knows no offset; the centre that puts the point at it. */
  private centreFor(point: { lon: number; lat: number }, zoom: number, [dx, dy]: [number, number]): [number, number] {
    const perPixel = 360 / (512 * 2 ** zoom)
    return [point.lon - dx * perPixel, point.lat + dy * perPixel * Math.cos((point.lat * Math.PI) / 180)]
  }

  fit(bounds: Bounds, padding: PaddingOptions) {
    this.map.fitBounds(bounds as LngLatBoundsLike, { padding, maxZoom: 17, duration: this.duration, pitch: this.map.getPitch(), bearing: this.map.getBearing() })
  }

  zoomBy(step: number) {
    this.map.easeTo({ zoom: this.map.getZoom() + step, duration: this.o.calm ? 0 : 250 })
  }

  tilt(pitch: number) {
    this.map.easeTo({ pitch, duration: this.o.calm ? 0 : 400 })
  }

  north() {
    this.map.easeTo({ bearing: 0, duration: this.o.calm ? 0 : 300 })
  }

  resize() {
    this.map.resize()
  }

  close() {
    cancelAnimationFrame(this.hovering)
    this.map.remove()
  }
}
