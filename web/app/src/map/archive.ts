import { addProtocol, AttributionControl, Map as GlMap, ScaleControl, setWorkerUrl, type LngLatBoundsLike, type StyleSpecification } from 'maplibre-gl'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'
import 'maplibre-gl/dist/maplibre-gl.css'
import { PMTiles, Protocol } from 'pmtiles'
import type { Lang } from '../i18n'
import { cjkFonts } from './theme'

setWorkerUrl(workerUrl)

const protocol = new Protocol()
addProtocol('pmtiles', protocol.tile)

/** What an archive of tiles export says about itself. */
export interface Archive {
  url: string
  name: string
  bounds: [number, number, number, number]
  styles: Record<Lang, StyleSpecification>
}

/** An archive without a style: it was made by something else. */
export class NoStyle extends Error {}

/** Reads the archive's header and metadata; throws when it is none. */
export async function readArchive(url: string): Promise<Archive> {
  const file = new PMTiles(url)
  const h = await file.getHeader()
  const m = (await file.getMetadata()) as Record<string, unknown>
  const zh = m['hearthmap:style'] as StyleSpecification | undefined
  if (!zh) throw new NoStyle()
  const en = (m['hearthmap:style_en'] as StyleSpecification | undefined) ?? zh
  for (const style of [zh, en]) {
    for (const name of Object.keys(style.sources)) style.sources[name] = { type: 'vector', url: `pmtiles://${url}` }
  }
  protocol.add(file)
  return { url, name: String(m.name ?? ''), bounds: [h.minLon, h.minLat, h.maxLon, h.maxLat], styles: { zh, en } }
}

/** The map of an archive. */
export class ArchiveMap {
  private constructor(private readonly map: GlMap, private readonly archive: Archive) {}

  /** Throws when the browser has no WebGL. */
  static open(container: HTMLElement, archive: Archive, lang: Lang, label: string, attribution: string, onZoom: (zoom: number) => void): ArchiveMap {
    const calm = window.matchMedia('(prefers-reduced-motion: reduce)').matches
    const map = new GlMap({
      container,
      style: archive.styles[lang],
      localIdeographFontFamily: cjkFonts,
      attributionControl: false,
      maxPitch: 70,
      maxZoom: 20,
      hash: 'map',
      fadeDuration: calm ? 0 : 200,
      bounds: archive.bounds as LngLatBoundsLike,
      fitBoundsOptions: { padding: 40, maxZoom: 16 },
    })
    map.getCanvas().setAttribute('aria-label', label)
    map.addControl(new ScaleControl({ maxWidth: 110 }), 'bottom-right')
    map.addControl(new AttributionControl({ compact: false, customAttribution: attribution }), 'bottom-right')
    const zoomed = () => onZoom(map.getZoom())
    map.on('zoom', zoomed)
    zoomed()
    return new ArchiveMap(map, archive)
  }

  setLang(lang: Lang, label: string) {
    this.map.setStyle(this.archive.styles[lang])
    this.map.getCanvas().setAttribute('aria-label', label)
  }

  close() {
    this.map.remove()
  }
}
