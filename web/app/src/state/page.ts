import { computed, inject, provide, reactive, ref, shallowRef, watch, type InjectionKey } from 'vue'
import type { Area, AreaLevel, City, CoverageResult, Requirement, SitingModel, SitingPlan, SitingRequest, Standard } from '../api/types'
import { useI18n } from '../i18n'
import { startRequirement } from '../lib/requirements'
import { palette as defaultPalette, type Palette } from '../map/theme'
import { packScenario, unpackScenario } from '../lib/scenario'
import { formatUrlState, parseUrlState, type Tab, type UrlState } from '../lib/urlState'
import { useScenario } from './scenario'
import type { SessionStore } from './session'
import { createWhatIf } from './whatif'

/** A facility as the map's tiles or a search hit describe it. */
export interface FacilityPick {
  code: string
  name: string
  category?: string
  lon: number
  lat: number
}

/** What the map is asked to do; the newest request wins. */
export interface CameraRequest {
  bounds?: [number, number, number, number]
  point?: { lon: number; lat: number; zoom?: number }
}

/**
 * The state of the map page: the city, what is chosen, what is open. One is
 * made for each signed-in account, so that nothing of one is seen by another.
 */
export function createPage(session: SessionStore, location: Location, history: History) {
  const { client } = session
  const { lang, tOr } = useI18n()
  const start = parseUrlState(location.hash)

  const city = shallowRef<City>()
  const standards = shallowRef<Standard[]>([])
  const error = shallowRef<unknown>()
  const view = reactive({
    standard: start.standard ?? '',
    category: start.category ?? '',
    building: start.building,
    area: start.area,
    tab: start.tab ?? ('services' as Tab),
    unit: undefined as string | undefined, // never in the URL: a unit is a home
    facility: undefined as FacilityPick | undefined,
    map: start.map as UrlState['map'],
    zoom: start.map?.zoom ?? 0,
  })
  const camera = ref<CameraRequest>()
  /** What was asked of siting, and its answer; kept while other tabs are looked at. */
  const siting = {
    form: reactive({
      model: 'mclp' as SitingModel,
      n: 3,
      share: 1,
      group: '' as '' | NonNullable<SitingRequest['group']>,
      capacity: 0,
      file: undefined as { name: string; text: string } | undefined,
    }),
    plan: shallowRef<SitingPlan>(),
  }
  /** Lines of longitudes and latitudes drawn on the map, such as a gap's border. */
  const outline = shallowRef<[number, number][][]>()
  const palette = shallowRef<Palette>(defaultPalette)

  const standard = computed(() => standards.value.find((s) => s.id === view.standard))
  const requirements = computed<Requirement[]>(() => standard.value?.requirements ?? [])
  const requirement = computed(() => requirements.value.find((r) => r.id === view.category))
  const empty = computed(() => city.value !== undefined && city.value.counts.buildings === 0)

  /** The name of a requirement or standard in the page's language. */
  const nameOf = (x: { name_zh: string; name_en: string }) => (lang.value === 'en' && x.name_en ? x.name_en.charAt(0).toUpperCase() + x.name_en.slice(1) : x.name_zh)
  const areaName = (a: { name: string; name_en?: string }) => (lang.value === 'en' && a.name_en) || a.name
  /** What the standard or a value of it goes back to, in the page's language. */
  const sourceOf = (x: { source: string; source_zh?: string }) => (lang.value === 'zh' && x.source_zh) || x.source
  /** The name of a facility category; a city's own categories name themselves. */
  const categoryName = (id: string) => tOr(`facility.is.${id}`, id.replaceAll('_', ' '))

  // Coverage answers are kept until the city changes.
  const coverageCache = new Map<string, Promise<CoverageResult>>()
  function coverage(level: AreaLevel, area?: string, more: { measures?: string; requirement?: string } = {}): Promise<CoverageResult> {
    const key = [view.standard, level, area ?? '', more.measures ?? '', more.requirement ?? ''].join('|')
    let p = coverageCache.get(key)
    if (!p) {
      p = client.coverage({ standard: view.standard, level, area, ...more })
      p.catch(() => coverageCache.delete(key))
      coverageCache.set(key, p)
    }
    return p
  }

  const areaCache = new Map<string, Promise<Area>>()
  function area(code: string): Promise<Area> {
    let p = areaCache.get(code)
    if (!p) {
      p = client.area(code)
      p.catch(() => areaCache.delete(code))
      areaCache.set(code, p)
    }
    return p
  }

  /** Loads the city; called again it picks up what changed meanwhile. */
  async function load() {
    try {
      const [c, s] = await Promise.all([client.city(), standards.value.length ? standards.value : client.standards()])
      if (city.value && city.value.seq !== c.seq) {
        coverageCache.clear()
        areaCache.clear()
      }
      city.value = c
      standards.value = s
      if (!s.some((x) => x.id === view.standard)) view.standard = s.find((x) => x.id === c.default_standard)?.id ?? s[0]?.id ?? ''
      error.value = undefined
    } catch (e) {
      if (!city.value) error.value = e
    }
  }

  watch(
    () => [view.standard, requirements.value] as const,
    () => {
      if (requirements.value.length && !requirement.value) view.category = startRequirement(requirements.value, view.category || city.value?.default_requirement)?.id ?? ''
    },
  )

  const scenario = useScenario()
  const whatIf = createWhatIf(client, view)
  const plans = session.session.value?.role === 'planner'
  const linked = Number(new URLSearchParams(location.search).get('scenario'))
  const drawn = start.draft ? unpackScenario(start.draft) : undefined
  /** Opens a saved scenario, with the standard and the walker it was saved for. */
  async function openScenario(id: number) {
    const s = await client.scenario(id)
    scenario.replace({ ...s.scenario, name: s.name }, s.id, s.version)
    if (standards.value.length === 0 || standards.value.some((x) => x.id === s.standard)) view.standard = s.standard
    whatIf.form.profile = s.profile as typeof whatIf.form.profile
    view.tab = 'scenario'
  }
  if (plans && drawn) scenario.replace(drawn)
  else if (plans && Number.isSafeInteger(linked) && linked > 0) {
    view.tab = 'scenario'
    openScenario(linked).catch((e: unknown) => (whatIf.error.value = e))
  }
  if (scenario.draft.open && plans) view.tab = 'scenario'

  watch(
    () => {
      const { draft, dirty } = scenario
      const query = draft.id ? `?scenario=${draft.id}` : ''
      const packed = dirty.value ? packScenario(draft) : undefined
      return query + formatUrlState({ map: view.map, standard: view.standard, category: view.category, building: view.building, area: view.area, tab: view.tab, draft: packed })
    },
    (rest) => {
      if (rest !== location.search + location.hash) history.replaceState(history.state, '', location.pathname + rest)
    },
  )

  function openBuilding(code: string, place?: { lon: number; lat: number }) {
    view.facility = undefined
    view.unit = undefined
    view.building = code
    if (place) camera.value = { point: { ...place, zoom: 17 } }
  }
  function closeBuilding() {
    view.building = undefined
    view.unit = undefined
  }
  function openArea(code: string | undefined, bounds?: Area['bounds']) {
    view.area = code
    view.tab = 'area'
    if (bounds) camera.value = { bounds }
  }
  function openFacility(f: FacilityPick, fly = false) {
    closeBuilding()
    view.facility = f
    if (fly) camera.value = { point: { lon: f.lon, lat: f.lat, zoom: 16.5 } }
  }

  return {
    session, client, city, standards, error, view, camera, siting, outline, whatIf, openScenario, plans,
    standard, requirements, requirement, empty, palette,
    nameOf, areaName, sourceOf, categoryName, coverage, area, load,
    openBuilding, closeBuilding, openArea, openFacility,
  }
}

export type Page = ReturnType<typeof createPage>

const key: InjectionKey<Page> = Symbol('page')

export function providePage(page: Page) {
  provide(key, page)
}

export function usePage(): Page {
  const page = inject(key)
  if (!page) throw new Error('usePage outside of a map page')
  return page
}
