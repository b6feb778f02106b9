import { computed, onScopeDispose, reactive, ref, shallowRef } from 'vue'
import { Problem, type Client } from '../api/client'
import type { ImportBatch, ImportFile, ImportFindings, ImportJob, ImportRequest } from '../api/types'
import { ended, noChoice, remap, wanting, type Choice } from '../lib/importing'
import type { ImportColumn } from '../api/types'

export type Step = 1 | 2 | 3 | 4

/** One file on its way through the four steps, and the history. */
export function createImporting(client: Client) {
  const step = ref<Step>(1)
  const file = shallowRef<ImportFile>()
  const sending = shallowRef<{ name: string; sent: number; total: number }>()
  const findings = shallowRef<ImportFindings>()
  const looking = ref(false)
  const choice = reactive<Choice>(noChoice())
  const trial = shallowRef<ImportJob>()
  const job = shallowRef<ImportJob>()
  const error = shallowRef<unknown>()
  const history = shallowRef<ImportBatch[]>()
  const historyError = shallowRef<unknown>()

  const wants = computed(() => findings.value && wanting(findings.value, choice))
  let work: AbortController | undefined
  let asked: ImportRequest | undefined
  let events: EventSource | undefined

  function reset() {
    work?.abort()
    events?.close()
    step.value = 1
    file.value = findings.value = trial.value = job.value = sending.value = error.value = undefined
    looking.value = false
    Object.assign(choice, noChoice())
  }

  async function upload(f: File) {
    reset()
    const mine = (work = new AbortController())
    sending.value = { name: f.name, sent: 0, total: f.size }
    try {
      file.value = await client.upload(f, (sent, total) => (sending.value = { name: f.name, sent, total }), mine.signal)
      step.value = 2
      await look()
    } catch (e) {
      if (!mine.signal.aborted) error.value = e
    } finally {
      if (work === mine) sending.value = undefined
    }
  }

  /** Looks at the file with what is chosen; the newest question wins. */
  async function look() {
    if (!file.value) return
    work?.abort()
    const mine = (work = new AbortController())
    looking.value = true
    error.value = undefined
    trial.value = job.value = undefined
    try {
      findings.value = await client.inspect(file.value.file_id, choice, mine.signal)
    } catch (e) {
      if (!mine.signal.aborted) error.value = e
    } finally {
      if (work === mine) looking.value = false
    }
  }

  function chooseKind(kind: string) {
    choice.kind = kind
    choice.layer = ''
    choice.headerRow = 0
    choice.mapping = {}
    return look()
  }
  function chooseEncoding(encoding: string) {
    choice.encoding = encoding
    return look()
  }
  function chooseCRS(crs: string) {
    choice.crs = crs
    return look()
  }
  function chooseLayer(layer: string) {
    choice.layer = layer
    choice.headerRow = 0
    return look()
  }
  function chooseHeaderRow(row: number) {
    choice.headerRow = row
    return look()
  }
  function mapColumn(column: ImportColumn, field: string) {
    if (!choice.kind) choice.kind = findings.value?.kind ?? ''
    choice.mapping = remap(choice.mapping, column, field)
    return look()
  }

  /** What a trial asks for; what was found out is said again, so that nothing is found otherwise. */
  function asking(): ImportRequest | undefined {
    const f = file.value
    const found = findings.value
    return f && found && (asked = {
      file_id: f.file_id, kind: found.kind, header_row: choice.headerRow || (found.header_row > 1 ? found.header_row : undefined), layer: choice.layer || found.layer || undefined,
      mode: choice.mode, source: choice.source.trim(), encoding: choice.encoding || found.encoding || undefined, crs: choice.crs || undefined,
      mapping: Object.keys(choice.mapping).length ? { ...choice.mapping } : undefined,
    })
  }

  /** Finds a job of this account that is under way, after the page was loaded anew or in a second tab. */
  async function resume() {
    try {
      const j = (await client.jobs()).find((x) => !ended(x))
      if (!j || step.value !== 1 || sending.value) return
      asked = j.request
      file.value = { file_id: j.request.file_id, name: j.file, size: j.progress.total, sha256: '' }
      const { encoding = '', crs = '', layer = '', header_row = 0, mode = 'upsert', source = '', mapping = {}, kind } = j.request
      Object.assign(choice, { kind, encoding, crs, layer, headerRow: header_row, mode, source, mapping })
      const into = j.dry_run ? trial : job
      into.value = j
      step.value = j.dry_run ? 3 : 4
      follow(j.job_id, into)
    } catch (e) {
      error.value = e
    }
  }

  /** Goes back to what the file holds; after a resumption it is looked at first. */
  function revise() {
    job.value = undefined
    step.value = 2
    if (!findings.value) void look()
  }

  /** Starts the job and follows it to its end. */
  async function start(dryRun: boolean) {
    const body = dryRun ? asking() : asked
    if (!body) return
    error.value = undefined
    const into = dryRun ? trial : job
    into.value = undefined
    try {
      const { job_id } = await client.startImport({ ...body, dry_run: dryRun })
      into.value = await client.job(job_id)
      step.value = dryRun ? 3 : 4
      follow(job_id, into)
    } catch (e) {
      error.value = e
    }
  }

  function follow(id: string, into: typeof job) {
    events?.close()
    const source = (events = new EventSource(`/api/v1/jobs/${id}/events`))
    const take = (j: ImportJob) => {
      into.value = j
      if (!ended(j)) return
      source.close()
      if (!j.dry_run) void loadHistory()
    }
    source.addEventListener('job', (e) => take(JSON.parse(e.data) as ImportJob))
    source.addEventListener('error', async () => {
      // The browser connects again by itself; a job that is gone is not waited for.
      try {
        take(await client.job(id))
      } catch (e) {
        if (e instanceof Problem && e.offline) return
        source.close()
        error.value = e
      }
    })
  }

  async function cancel() {
    const j = [job.value, trial.value].find((x) => x && !ended(x))
    if (j) await client.cancelJob(j.job_id).catch((e) => (error.value = e))
  }

  async function loadHistory() {
    try {
      history.value = await client.imports()
      historyError.value = undefined
    } catch (e) {
      historyError.value = e
    }
  }

  onScopeDispose(() => {
    work?.abort()
    events?.close()
  })

  return {
    client, step, file, sending, findings, looking, choice, wants, trial, job, error, history, historyError,
    reset, upload, look, chooseKind, chooseEncoding, chooseCRS, chooseLayer, chooseHeaderRow, mapColumn, start, resume, revise, cancel, loadHistory,
  }
}

export type Importing = ReturnType<typeof createImporting>
