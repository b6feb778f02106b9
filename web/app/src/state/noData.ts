import { computed } from 'vue'
import { useLoad } from './load'
import { usePage } from './page'

/**
 * The requirements for which the city's data hold no facility at all. Such a
 * category is covered nowhere, and nobody can tell from the data whether the
 * city lacks it: the page says "no data" instead of 0 %.
 */
export function useNoData() {
  const page = usePage()
  const { view, city } = page
  const loaded = useLoad(
    () => (view.standard && city.value ? `${view.standard}|${city.value.seq}` : undefined),
    () => page.coverage('city'),
  )
  const noData = computed(() => {
    const facilities = new Map<string, number>()
    for (const a of loaded.data.value?.areas ?? []) for (const x of a.totals) facilities.set(x.requirement, (facilities.get(x.requirement) ?? 0) + x.facilities)
    return new Set([...facilities].filter(([, n]) => n === 0).map(([id]) => id))
  })
  return { ...loaded, noData }
}
