import { computed, reactive, ref } from 'vue'
import { contentOf, type Scenario } from '../lib/scenario'

export type { AddedFacility, Scenario } from '../lib/scenario'
import type { AddedFacility } from '../lib/scenario'

/** The scenario that is being drawn; every list is there, empty or not. */
export interface Draft extends Required<Scenario> {
  /** The id it is saved under, 0 before that. */
  id: number
  version: number
  open: boolean
}

export const blankDraft = (): Draft => ({
  id: 0, version: 0, open: false, name: '', add: [], move: [], close: [], capacity: [], open_gates: [], close_gates: [], add_paths: [], cut_paths: [],
})

/** What the codes are called that were met on the map; for showing only. */
const names = reactive(new Map<string, string>())
/** Where cut streets run, as far as they were met on the map. */
const streets = reactive(new Map<string, [number, number][]>())
/** Where facilities stand that are closed or moved. */
const places = reactive(new Map<string, { lon: number; lat: number }>())

const draft = reactive<Draft>(blankDraft())
const content = computed(() => JSON.stringify(contentOf(draft)))
/** Every state that can be gone back to, the content as JSON, and where we are. */
const history = ref<string[]>([content.value])
const at = ref(0)
/** The content as it was last saved or opened. */
const kept = ref(content.value)

function commit() {
  if (history.value[at.value] === content.value) return
  history.value = [...history.value.slice(0, at.value + 1), content.value].slice(-200)
  at.value = history.value.length - 1
}

function show(text: string) {
  const { id, version, open, name } = draft
  Object.assign(draft, blankDraft(), JSON.parse(text), { id, version, open, name })
}

function step(by: number) {
  const text = history.value[at.value + by]
  if (text === undefined) return
  at.value += by
  show(text)
}

/** useScenario is the one draft of the page. */
export function useScenario() {
  return {
    draft,
    names,
    streets,
    places,
    /** What the draft changes, as JSON without its name. */
    content,
    /** Whether something is drawn that is not saved. */
    dirty: computed(() => content.value !== kept.value),
    canUndo: computed(() => at.value > 0),
    canRedo: computed(() => at.value < history.value.length - 1),
    /** Changes the draft so that it can be undone. */
    edit(f: (d: Draft) => void) {
      f(draft)
      commit()
    },
    /** Makes one step of what was changed directly, such as a drag. */
    commit,
    undo: () => step(-1),
    redo: () => step(1),
    /** Adds facilities, such as the sites that siting found, and opens the panel. */
    addFacilities(list: AddedFacility[]) {
      draft.add.push(...list.map((f) => ({ ...f })))
      draft.open = true
      commit()
    },
    replace(s: Scenario, id = 0, version = 0) {
      Object.assign(draft, blankDraft(), structuredClone(s), { id, version, open: true })
      history.value = [content.value]
      at.value = 0
      kept.value = id ? content.value : JSON.stringify({})
    },
    saved(id: number, version: number, name: string) {
      Object.assign(draft, { id, version, name })
      kept.value = content.value
    },
    /** Starts anew; what was there can be brought back by undo. */
    clear() {
      Object.assign(draft, blankDraft(), { open: draft.open })
      kept.value = content.value
      commit()
    },
  }
}
