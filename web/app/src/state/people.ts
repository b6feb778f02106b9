import { computed, ref, shallowRef, watch } from 'vue'
import type { Client } from '../api/client'
import type { Pair, PeopleMerge } from '../api/types'
import { useI18n } from '../i18n'

/** The pairs of the caller's area, one at a time, and the merges. */
export function createPeople(client: Client) {
  const { t, num } = useI18n()
  const list = shallowRef<Pair[]>()
  const total = ref(0)
  const decides = ref(false)
  const at = ref(0)
  const merges = shallowRef<PeopleMerge[]>()
  const keep = ref<'a' | 'b'>('a')
  const purpose = ref('')
  const busy = ref(false)
  const error = shallowRef<unknown>()
  const said = ref('')
  /** The pair that was just decided to be two people. */
  const decided = ref<{ id: number; purpose: string }>()
  const now = computed(() => list.value?.[at.value])
  // The entry with an identity number tells more than one without.
  watch(now, (n) => {
    keep.value = n && !n.a.id_number && n.b.id_number ? 'b' : 'a'
    purpose.value = ''
  })

  async function load() {
    try {
      const [l, m] = await Promise.all([client.pairs(), client.merges()])
      list.value = l.pairs
      total.value = l.total
      decides.value = l.decides
      merges.value = m
      at.value = Math.min(at.value, Math.max(0, l.pairs.length - 1))
      error.value = undefined
    } catch (e) {
      error.value = e
    }
  }

  async function act(work: () => Promise<string>) {
    if (busy.value) return
    busy.value = true
    error.value = undefined
    try {
      const words = await work()
      await load()
      said.value = words
    } catch (e) {
      error.value = e
    } finally {
      busy.value = false
    }
  }

  const merge = () => act(async () => {
    const p = now.value
    if (!p) return ''
    const [stays, goes] = keep.value === 'a' ? [p.a, p.b] : [p.b, p.a]
    decided.value = undefined
    return t('people.merged', { n: (await client.mergePeople(stays.id, goes.id, purpose.value.trim())).merge })
  })
  const different = () => act(async () => {
    const p = now.value
    if (!p) return ''
    const why = purpose.value.trim()
    await client.decidePair(p.id, why, false)
    decided.value = { id: p.id, purpose: why }
    return t('people.decided')
  })
  const reopen = () => act(async () => {
    const d = decided.value
    if (d) await client.decidePair(d.id, d.purpose, true)
    decided.value = undefined
    return ''
  })
  const unmerge = (merge: number, why: string) => act(async () => {
    const u = await client.unmergePeople(merge, why.trim())
    decided.value = undefined
    return t('people.undoDone', { restored: num(u.restored), kept: num(u.kept) })
  })
  function later() {
    said.value = ''
    decided.value = undefined
    if (list.value?.length) at.value = (at.value + 1) % list.value.length
  }

  return { list, total, decides, at, merges, keep, purpose, busy, error, said, decided, now, load, merge, different, reopen, unmerge, later }
}

export type People = ReturnType<typeof createPeople>
