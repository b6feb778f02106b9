import { computed, shallowRef, watch, type Ref } from 'vue'
import type { FeatureCollection } from 'geojson'
import type { Bounds, Ground } from '../api/types'
import { useI18n } from '../i18n'
import { nearestLine, place } from '../lib/scenario'
import type { FacilityHit, MapController, MapEvents } from '../map/controller'
import type { Placed } from '../map/scenarioLayer'
import type { Page } from './page'
import { useScenario } from './scenario'

/** Ties the draft to the map: what is drawn there, and what clicks and drags do. */
export function useScenarioMap(page: Page, controller: Ref<MapController | undefined>): Pick<MapEvents, 'onClick' | 'onGrab' | 'placed'> {
  const { t } = useI18n()
  const scenario = useScenario()
  const { draft, names, streets, places } = scenario
  const { whatIf, view } = page
  const { form } = whatIf
  const active = computed(() => page.plans && view.tab === 'scenario')
  const gates = shallowRef<Ground['gates']>([])

  const nameOf = (code: string) => names.get(code) ?? code
  const marks = computed<Placed[]>(() => {
    if (!active.value) return []
    const out: Placed[] = []
    draft.add.forEach((a, i) => {
      const name = a.name || page.categoryName(a.category)
      out.push({ key: `add:${i}`, kind: 'add', text: String(i + 1), label: t('scenario.mark.add', { name }), lon: a.lon, lat: a.lat, drag: true })
    })
    for (const m of draft.move) out.push({ key: `move:${m.code}`, kind: 'move', text: '↷', label: t('scenario.mark.move', { name: nameOf(m.code) }), lon: m.lon, lat: m.lat, drag: true })
    for (const c of draft.close) {
      const at = places.get(c)
      if (at) out.push({ key: `close:${c}`, kind: 'close', text: '×', label: t('scenario.mark.close', { name: nameOf(c) }), ...at, drag: false })
    }
    const seen = new Set<string>()
    for (const g of gates.value) {
      const changed = draft.open_gates.includes(g.code) || draft.close_gates.includes(g.code)
      if (form.tool !== 'gate' && !changed) continue
      seen.add(g.code)
      const open = draft.open_gates.includes(g.code) || (g.open && !draft.close_gates.includes(g.code))
      out.push({ key: `gate:${g.code}`, kind: open ? 'gate-open' : 'gate', text: open ? '∥' : '×', label: t(open ? 'scenario.mark.gateOpen' : 'scenario.mark.gate', { name: g.name || g.code }), lon: g.lon, lat: g.lat, drag: false })
    }
    return out
  })
  const drawn = computed(() => {
    if (!active.value) return []
    const out: { kind: 'path' | 'cut'; line: [number, number][] }[] = draft.add_paths.map((p) => ({ kind: 'path', line: p.line }))
    if (form.path.length) out.push({ kind: 'path', line: form.path })
    for (const c of draft.cut_paths) out.push({ kind: 'cut', line: streets.get(c) ?? [] })
    return out
  })

  // Drawn anew when the map opens and whenever one of these changes.
  watch([controller, marks], () => controller.value?.draw((s) => s.setPlaced(marks.value)), { flush: 'post' })
  watch([controller, drawn], () => controller.value?.draw((s) => s.setLines(drawn.value.map((l) => ({ kind: l.kind, line: l.line.map(([x, y]): [number, number] => [x, y]) })))), { flush: 'post' })
  watch([controller, whatIf.result, active], () => controller.value?.draw((s) => s.setFares(active.value ? (whatIf.result.value?.buildings?.gained ?? []) : [], active.value ? (whatIf.result.value?.buildings?.lost ?? []) : [])))
  watch([controller, whatIf.isochrone], () => controller.value?.draw((s) => s.setReach(whatIf.isochrone.value as FeatureCollection | undefined)))
  watch([controller, () => form.tool], () => controller.value?.setCursor(form.tool === '' || form.tool === 'gate' ? '' : 'crosshair'))

  // Gates are looked up where one can click on them.
  let asked: AbortController | undefined
  watch([() => form.tool, () => view.map, controller], async () => {
    const c = controller.value
    if (form.tool !== 'gate' || !c || view.zoom < 14.5) return
    asked?.abort()
    const mine = (asked = new AbortController())
    const [west, south, east, north] = c.bounds()
    const x = Math.min(east - west, 0.05) / 2
    const y = Math.min(north - south, 0.05) / 2
    const [lon, lat] = [(west + east) / 2, (south + north) / 2]
    try {
      const found = await page.client.ground({ west: lon - x, south: lat - y, east: lon + x, north: lat + y }, mine.signal)
      for (const g of found.gates) names.set(g.code, g.name || g.code)
      const known = new Map(gates.value.map((g) => [g.code, g]))
      for (const g of found.gates) known.set(g.code, g)
      gates.value = [...known.values()].slice(-1000)
    } catch (e) {
      if (!mine.signal.aborted) whatIf.error.value = e
    }
  })

  function add(lon: number, lat: number) {
    if (!form.category) return
    scenario.edit((d) => d.add.push({ category: form.category, ...place(lon, lat) }))
  }
  watch(whatIf.atCentre, () => {
    const c = controller.value?.centre()
    if (c) add(c.lon, c.lat)
  })

  async function cut(at: { lon: number; lat: number; bounds: Bounds }) {
    const [west, south, east, north] = at.bounds
    try {
      const found = await page.client.ground({ west, south, east, north })
      const s = nearestLine(found.streets, at)
      if (!s) return
      names.set(s.code, s.name ? `${s.name} (${s.code})` : s.code)
      streets.set(s.code, s.line)
      scenario.edit((d) => { d.cut_paths = d.cut_paths.includes(s.code) ? d.cut_paths.filter((c) => c !== s.code) : [...d.cut_paths, s.code] })
    } catch (e) {
      whatIf.error.value = e
    }
  }

  function toggleGate(code: string) {
    const g = gates.value.find((x) => x.code === code)
    if (!g) return
    scenario.edit((d) => {
      const changed = d.open_gates.includes(code) || d.close_gates.includes(code)
      d.open_gates = d.open_gates.filter((c) => c !== code)
      d.close_gates = d.close_gates.filter((c) => c !== code)
      if (!changed) (g.open ? d.close_gates : d.open_gates).push(code)
    })
  }

  return {
    onClick(at) {
      if (!active.value || form.tool === '' || form.tool === 'gate') return false
      if (form.tool === 'add') add(at.lon, at.lat)
      else if (form.tool === 'path') {
        const p = place(at.lon, at.lat)
        form.path = [...form.path, [p.lon, p.lat]]
      } else void cut(at)
      return true
    },
    onGrab(f: FacilityHit) {
      if (!active.value || form.tool !== '' || draft.close.includes(f.code)) return undefined
      return (at, done) => {
        names.set(f.code, f.name || (f.category ? page.categoryName(f.category) : f.code))
        places.set(f.code, { lon: f.lon, lat: f.lat })
        const m = draft.move.find((x) => x.code === f.code)
        if (m) Object.assign(m, place(at.lon, at.lat))
        else draft.move.push({ code: f.code, ...place(at.lon, at.lat) })
        if (done) scenario.commit()
      }
    },
    placed: {
      onDrag(key, at, done) {
        const [kind, id = ''] = [key.slice(0, key.indexOf(':')), key.slice(key.indexOf(':') + 1)]
        const it = kind === 'add' ? draft.add[Number(id)] : draft.move.find((m) => m.code === id)
        if (!it) return
        Object.assign(it, place(at.lon, at.lat))
        if (done) scenario.commit()
      },
      onPick(key) {
        const code = key.slice(key.indexOf(':') + 1)
        if (key.startsWith('close:')) scenario.edit((d) => { d.close = d.close.filter((c) => c !== code) })
        else if (key.startsWith('gate:')) toggleGate(code)
      },
      onContext(at) {
        void whatIf.reach(place(at.lon, at.lat))
      },
    },
  }
}
