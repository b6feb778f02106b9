import { computed, reactive, ref, shallowRef, watch } from 'vue'
import type { Client } from '../api/client'
import type { AreaLevel, Isochrone, WhatIf } from '../api/types'
import type { Scenario } from '../lib/scenario'
import { useScenario } from './scenario'

export type Tool = '' | 'add' | 'path' | 'gate' | 'cut'
export type Profile = 'standard' | 'adult' | 'elderly' | 'wheelchair'

/** An answer that takes longer than this is given up for what was asked since. */
const patience = 1500

/**
 * The difference that the draft makes, kept up while things are dragged: one
 * question at a time, then the newest of those that came up meanwhile.
 */
export function createWhatIf(client: Client, view: { standard: string; category: string; tab: string }) {
  const { content } = useScenario()
  const form = reactive({ level: 'community' as AreaLevel, profile: 'standard' as Profile, group: '', category: '', tool: '' as Tool, path: [] as [number, number][] })
  const result = shallowRef<WhatIf>()
  const error = shallowRef<unknown>()
  const busy = ref(false)
  const isochrone = shallowRef<Isochrone>()
  const isochroneError = shallowRef<unknown>()

  /** Counts wishes to add a facility at the map's centre: the way without a mouse. */
  const atCentre = ref(0)

  let running: { abort: AbortController; since: number } | undefined
  let waiting = false
  let timer: number | undefined

  async function ask() {
    if (running) {
      waiting = true
      if (performance.now() - running.since > patience) running.abort.abort()
      else if (timer === undefined) {
        const mine = running
        timer = window.setTimeout(() => {
          timer = undefined
          if (running === mine && waiting) mine.abort.abort()
        }, patience)
      }
      return
    }
    waiting = false
    if (content.value === '{}' || !view.standard) {
      result.value = undefined
      error.value = undefined
      busy.value = false
      return
    }
    const mine = (running = { abort: new AbortController(), since: performance.now() })
    busy.value = true
    try {
      const scenario = JSON.parse(content.value) as Scenario
      const answer = await client.whatIf({ standard: view.standard, profile: form.profile, level: form.level, scenario, buildings: view.category }, mine.abort.signal)
      if (content.value !== '{}') result.value = answer
      error.value = undefined
    } catch (e) {
      if (!mine.abort.signal.aborted) {
        error.value = e
        result.value = undefined
      }
    } finally {
      running = undefined
      window.clearTimeout(timer)
      timer = undefined
      busy.value = waiting
      if (waiting) void ask()
    }
  }
  watch(() => [content.value, view.standard, view.category, form.level, form.profile], ask, { immediate: true })

  let iso: AbortController | undefined
  /** Who walks to a place within 5, 10 and 15 minutes. */
  async function reach(at: { lon: number; lat: number } | { facility: string }) {
    iso?.abort()
    const mine = (iso = new AbortController())
    isochroneError.value = undefined
    try {
      const answer = await client.isochrone({ ...at, profile: form.profile }, mine.signal)
      if (iso === mine) isochrone.value = answer
    } catch (e) {
      if (iso === mine && !mine.signal.aborted) isochroneError.value = e
    }
  }
  function noReach() {
    iso?.abort()
    isochrone.value = undefined
    isochroneError.value = undefined
  }

  const total = computed(() => result.value?.summary.totals.find((t) => t.requirement === view.category))
  return { form, atCentre, result, error, busy, total, isochrone, isochroneError, reach, noReach, again: ask }
}
