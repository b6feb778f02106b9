import { Marker, type ExpressionSpecification, type GeoJSONSource, type Map as GlMap, type MapMouseEvent, type MapTouchEvent } from 'maplibre-gl'
import type { FeatureCollection } from 'geojson'
import { gainedColour, lostColour } from './theme'

const lines = 'page-scenario'
const reach = 'page-reach'
const none: FeatureCollection = { type: 'FeatureCollection', features: [] }

/** Something of the scenario that stands on the map. */
export interface Placed {
  key: string
  kind: 'add' | 'move' | 'close' | 'open_gates' | 'close_gates' | 'gate' | 'gate-open'
  label: string
  text: string
  lon: number
  lat: number
  drag: boolean
}

export interface PlacedEvents {
  onDrag(key: string, at: { lon: number; lat: number }, done: boolean): void
  onPick(key: string): void
  /** Right click or long press. */
  onContext(at: { lon: number; lat: number }): void
}

/** What a scenario changes, and where a walk leads, drawn upon the map. */
export class ScenarioLayer {
  private readonly markers = new Map<string, { marker: Marker; is: string }>()
  private fares: number[] = []
  private dragging = ''

  constructor(
    private readonly map: GlMap,
    private readonly coverage: string | undefined,
    private readonly events: PlacedEvents,
  ) {
    map.on('contextmenu', (e) => events.onContext({ lon: e.lngLat.lng, lat: e.lngLat.lat }))
    let press: number | undefined
    const cancel = () => window.clearTimeout(press)
    map.on('touchstart', (e: MapTouchEvent) => {
      cancel()
      if (e.points.length === 1) press = window.setTimeout(() => events.onContext({ lon: e.lngLat.lng, lat: e.lngLat.lat }), 650)
    })
    for (const type of ['touchend', 'touchcancel', 'touchmove', 'movestart'] as const) map.on(type, cancel)
  }

  /** Adds the layers; called once the style is there. */
  add() {
    const { map } = this
    map.addSource(reach, { type: 'geojson', data: none })
    map.addLayer({ id: `${reach}-fill`, type: 'fill', source: reach, paint: { 'fill-color': ['match', ['get', 'minutes'], 5, '#1c4f9c', 10, '#4f86c6', '#9cc0e4'], 'fill-opacity': 0.28 } })
    map.addLayer({ id: `${reach}-line`, type: 'line', source: reach, paint: { 'line-color': '#1c4f9c', 'line-width': 1.5, 'line-opacity': 0.8 } })
    map.addSource(lines, { type: 'geojson', data: none })
    map.addLayer({ id: `${lines}-casing`, type: 'line', source: lines, layout: { 'line-cap': 'round', 'line-join': 'round' }, paint: { 'line-color': '#ffffff', 'line-width': 8, 'line-opacity': 0.9 } })
    map.addLayer({ id: `${lines}-line`, type: 'line', source: lines, layout: { 'line-cap': 'butt', 'line-join': 'round' }, paint: { 'line-color': ['match', ['get', 'kind'], 'cut', lostColour, gainedColour], 'line-width': 4, 'line-dasharray': [1.6, 0.9] } })
  }

  /** The colour of a building, its own unless people live there and a scenario changes how it fares. */
  static fare(own: unknown): ExpressionSpecification {
    const fares = ['match', ['coalesce', ['feature-state', 'fare'], ''], 'gained', gainedColour, 'lost', lostColour, own]
    return ['case', ['in', ['get', 'use'], ['literal', ['residential', 'mixed']]], fares, own] as unknown as ExpressionSpecification
  }

  setFares(gained: readonly number[], lost: readonly number[]) {
    if (this.coverage === undefined || !this.map.getSource(this.coverage)) return
    const target = (id: number) => ({ source: this.coverage as string, sourceLayer: 'coverage', id })
    const now = new Map<number, string>()
    for (const id of gained) now.set(id, 'gained')
    for (const id of lost) now.set(id, 'lost')
    for (const id of this.fares) if (!now.has(id)) this.map.removeFeatureState(target(id), 'fare')
    for (const [id, fare] of now) this.map.setFeatureState(target(id), { fare })
    this.fares = [...now.keys()]
  }

  setLines(list: { kind: 'path' | 'cut'; line: [number, number][] }[]) {
    this.map.getSource<GeoJSONSource>(lines)?.setData({
      type: 'FeatureCollection',
      features: list.filter((l) => l.line.length > 1).map((l) => ({ type: 'Feature', properties: { kind: l.kind }, geometry: { type: 'LineString', coordinates: l.line } })),
    })
  }

  setReach(areas: FeatureCollection | undefined) {
    this.map.getSource<GeoJSONSource>(reach)?.setData(areas ?? none)
  }

  /** Markers are kept while they are dragged. */
  setPlaced(list: readonly Placed[]) {
    const seen = new Set<string>()
    for (const p of list) {
      seen.add(p.key)
      const is = `${p.kind}|${p.text}|${p.label}`
      const old = this.markers.get(p.key)
      if (old && old.is === is) {
        if (this.dragging !== p.key) old.marker.setLngLat([p.lon, p.lat])
        continue
      }
      old?.marker.remove()
      this.markers.set(p.key, { marker: this.marker(p), is })
    }
    for (const [key, m] of this.markers) {
      if (seen.has(key)) continue
      m.marker.remove()
      this.markers.delete(key)
    }
  }

  private marker(p: Placed): Marker {
    const element = document.createElement('button')
    element.type = 'button'
    element.className = `scenario-mark ${p.kind}`
    element.title = p.label
    element.setAttribute('aria-label', p.label)
    element.dataset.placed = p.key
    element.textContent = p.text
    const marker = new Marker({ element, draggable: p.drag }).setLngLat([p.lon, p.lat]).addTo(this.map)
    let moved = false
    const tell = (done: boolean) => {
      const { lng, lat } = marker.getLngLat()
      this.events.onDrag(p.key, { lon: lng, lat }, done)
    }
    marker.on('dragstart', () => {
      this.dragging = p.key
      moved = true
    })
    marker.on('drag', () => tell(false))
    marker.on('dragend', () => {
      this.dragging = ''
      tell(true)
    })
    element.addEventListener('click', (e) => {
      e.stopPropagation()
      if (!moved) this.events.onPick(p.key)
      moved = false
    })
    return marker
  }

  /** Follows a facility that is dragged with the mouse until it is let go. */
  follow(e: MapMouseEvent, moving: (at: { lon: number; lat: number }, done: boolean) => void) {
    e.preventDefault() // the map stays
    const start = e.point
    let far = false
    const place = (m: MapMouseEvent) => ({ lon: m.lngLat.lng, lat: m.lngLat.lat })
    const move = (m: MapMouseEvent) => {
      far ||= m.point.dist(start) > 5
      if (far) moving(place(m), false)
    }
    this.map.on('mousemove', move)
    this.map.once('mouseup', (m) => {
      this.map.off('mousemove', move)
      if (far) moving(place(m), true)
    })
  }
}
