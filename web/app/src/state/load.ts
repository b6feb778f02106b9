import { onScopeDispose, ref, shallowRef, watch, type WatchSource } from 'vue'

/**
 * Loads something whenever its key changes and keeps the last answer while the
 * next is on its way. An answer that comes after the key changed again is
 * dropped.
 */
export function useLoad<K, T>(key: WatchSource<K | undefined>, load: (key: K, signal: AbortSignal) => Promise<T>) {
  const data = shallowRef<T>()
  const error = shallowRef<unknown>()
  const busy = ref(false)
  let running: AbortController | undefined
  let last: K | undefined

  async function run(k: K | undefined) {
    running?.abort()
    last = k
    error.value = undefined
    if (k === undefined) {
      data.value = undefined
      busy.value = false
      return
    }
    const mine = (running = new AbortController())
    busy.value = true
    try {
      const answer = await load(k, mine.signal)
      if (running === mine) data.value = answer
    } catch (e) {
      if (running === mine && !mine.signal.aborted) {
        error.value = e
        data.value = undefined
      }
    } finally {
      if (running === mine) busy.value = false
    }
  }

  watch(key, run, { immediate: true })
  onScopeDispose(() => running?.abort())
  return { data, error, busy, again: () => run(last) }
}
