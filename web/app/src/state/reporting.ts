import { onScopeDispose, ref, shallowRef } from 'vue'
import { Problem, type Client } from '../api/client'
import type { ReportJob, ReportRequest } from '../api/types'

export const reportEnded = (j: ReportJob): boolean => j.state !== 'queued' && j.state !== 'running'

/** The account's batches of reports, followed as long as somebody looks. */
export function createReporting(client: Client) {
  const jobs = ref<ReportJob[]>()
  const error = shallowRef<unknown>()
  const busy = ref(false)
  const streams = new Map<string, EventSource>()

  function take(j: ReportJob) {
    const list = jobs.value ?? []
    const i = list.findIndex((x) => x.job_id === j.job_id)
    jobs.value = i < 0 ? [j, ...list] : list.map((x) => (x.job_id === j.job_id && j.version >= x.version ? j : x))
    if (!reportEnded(j)) follow(j.job_id)
    else leave(j.job_id)
  }

  function leave(id: string) {
    streams.get(id)?.close()
    streams.delete(id)
  }

  function follow(id: string) {
    if (streams.has(id)) return
    const source = new EventSource(`/api/v1/jobs/${id}/events`)
    streams.set(id, source)
    source.addEventListener('job', (e) => take(JSON.parse(e.data) as ReportJob))
    source.addEventListener('error', async () => {
      // The browser connects again by itself; a job that is gone is not waited for.
      try {
        take(await client.reportJob(id))
      } catch (e) {
        if (e instanceof Problem && e.offline) return
        leave(id)
        jobs.value = jobs.value?.filter((x) => x.job_id !== id)
      }
    })
  }

  async function load() {
    try {
      const list = await client.reports()
      jobs.value = list
      error.value = undefined
      list.forEach(take)
    } catch (e) {
      error.value = e
    }
  }

  async function start(r: ReportRequest) {
    busy.value = true
    error.value = undefined
    try {
      const { job_id } = await client.startReports(r)
      take(await client.reportJob(job_id))
    } catch (e) {
      error.value = e
    } finally {
      busy.value = false
    }
  }

  async function cancel(id: string) {
    try {
      await client.cancelReport(id)
    } catch (e) {
      error.value = e
    }
  }

  onScopeDispose(() => [...streams.keys()].forEach(leave))
  return { jobs, error, busy, load, start, cancel }
}
