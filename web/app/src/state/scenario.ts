import { reactive } from 'vue'

/** A facility that a scenario opens. */
export interface AddedFacility {
  category: string
  lon: number
  lat: number
  capacity?: number
  name?: string
}

/**
 * A scenario, as POST /api/v1/coverage/whatif takes it: changes to the city
 * that are thought through together. It holds no persons, so that a link may
 * carry it.
 */
export interface Scenario {
  name?: string
  add?: AddedFacility[]
  move?: { code: string; lon: number; lat: number }[]
  close?: string[]
  capacity?: { code: string; capacity: number }[]
  open_gates?: string[]
  close_gates?: string[]
  add_paths?: { line: [number, number][] }[]
  cut_paths?: string[]
}

/** The scenario that is being drawn; every list is there, empty or not. */
export interface Draft extends Required<Scenario> {
  /** The id it is saved under, while it is as saved. */
  id: string
  open: boolean
}

export const blankDraft = (): Draft => ({
  id: '', open: false, name: '', add: [], move: [], close: [], capacity: [], open_gates: [], close_gates: [], add_paths: [], cut_paths: [],
})

const draft = reactive<Draft>(blankDraft())

/** useScenario is the one draft of the page. */
export function useScenario() {
  return {
    draft,
    /** Adds facilities, such as the sites that siting found, and opens the panel. */
    addFacilities(list: AddedFacility[]) {
      draft.add.push(...list.map((f) => ({ ...f })))
      draft.open = true
    },
    replace(s: Scenario, id = '') {
      Object.assign(draft, blankDraft(), structuredClone(s), { id, open: true })
    },
    clear() {
      Object.assign(draft, blankDraft(), { open: draft.open })
    },
  }
}
