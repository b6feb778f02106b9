import { computed, ref, shallowRef, watch } from 'vue'
import type { AddressReview } from '../api/types'
import { useI18n } from '../i18n'
import { sameAddress } from '../lib/addresses'
import type { Importing } from './importing'

/** The list of doubtful addresses, one of them at a time. */
export function createAddresses(it: Importing) {
  const { t, num } = useI18n()
  const list = shallowRef<AddressReview[]>([])
  const total = ref(0)
  const at = ref(0)
  const picked = ref('')
  /** Whether rows written alike are decided together. */
  const together = ref(true)
  const busy = ref(false)
  const error = shallowRef<unknown>()
  const said = ref('')
  const declined = shallowRef<AddressReview[]>()
  const now = computed(() => list.value[at.value])
  const candidate = computed(() => now.value?.candidates.find((c) => c.code === picked.value && !c.ended))
  const others = computed(() => (now.value ? sameAddress(list.value, now.value) : []))
  const rows = computed(() => (now.value ? [now.value, ...(together.value ? others.value : [])] : []))
  watch(now, (n) => {
    const [only, second] = n?.candidates.filter((c) => !c.ended) ?? []
    picked.value = only && !second ? only.code : ''
  })

  async function load() {
    try {
      const l = await it.client.addresses()
      list.value = l.reviews
      total.value = l.total
      at.value = Math.min(at.value, Math.max(0, l.reviews.length - 1))
      error.value = undefined
    } catch (e) {
      error.value = e
    }
  }

  /** Does the work and reads the list anew; work says what became of it, and what may be put back. */
  async function decide(work: () => Promise<{ say: string; back?: AddressReview[] }>) {
    if (busy.value) return
    busy.value = true
    error.value = undefined
    try {
      const { say, back } = await work()
      said.value = say
      declined.value = back
      await Promise.all([it.loadHistory(), load()])
    } catch (e) {
      error.value = e
    } finally {
      busy.value = false
    }
  }

  async function accept() {
    const n = now.value
    const code = candidate.value?.code
    if (n && code) await decide(async () => {
      const out = await it.client.acceptAddresses(n.batch, rows.value.map((r) => ({ row: r.row, sheet: r.sheet, code })))
      const bad = out.refused[0]
      return { say: bad ? t('address.refused', { row: bad.row, reason: bad.reason }) : t('address.accepted', { n: num(out.created + out.updated + out.unchanged) }) }
    })
  }

  async function decline() {
    const gone = rows.value
    const first = gone[0]
    if (first) await decide(async () => {
      const { changed } = await it.client.declineAddresses(first.batch, gone, false)
      return { say: t('address.declined', { n: num(changed) }), back: gone }
    })
  }

  async function putBack() {
    const back = declined.value
    const first = back?.[0]
    if (back && first) await decide(async () => {
      await it.client.declineAddresses(first.batch, back, true)
      return { say: '' }
    })
  }

  function skip() {
    said.value = ''
    declined.value = undefined
    at.value = list.value.length ? (at.value + 1) % list.value.length : 0
  }

  return { list, total, at, picked, together, busy, error, said, declined, now, candidate, others, load, accept, decline, putBack, skip }
}
