import type {
  AddressAcceptance,
  AddressChoice,
  AddressList,
  AddressRow,
  Area,
  AreaLevel,
  AuditPage,
  AuditVerdict,
  BuildingCard,
  BuildingReaches,
  Chart,
  City,
  CoverageResult,
  DemoAccount,
  Ground,
  Hit,
  ImportBatch,
  ImportFile,
  ImportFindings,
  ImportJob,
  ImportRequest,
  ImportUndo,
  PairList,
  PeopleMerge,
  Isochrone,
  PersonCard,
  ReportJob,
  ReportRequest,
  Revealed,
  SavedScenario,
  SavedScenarioInfo,
  ScenarioRequest,
  Session,
  SitingPlan,
  SitingRequest,
  Standard,
  UnitCard,
  Unmerged,
  WhatIf,
  WhatIfRequest,
} from './types'

/** A problem document (RFC 9457) of the server, or its absence. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly hint: string,
  ) {
    super(detail)
    this.name = 'Problem'
  }

  /** Whether the server could not be reached at all. */
  get offline(): boolean {
    return this.status === 0
  }
}

const codes: Record<number, string> = {
  0: 'offline',
  400: 'invalid',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  409: 'conflict',
  413: 'too_large',
  422: 'invalid',
  429: 'too_many',
  502: 'offline',
  503: 'unavailable',
  504: 'offline',
}

/** Reads the body of a refused request; never throws. */
export function problemOf(status: number, body: unknown): Problem {
  const b = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>
  const text = (k: string) => (typeof b[k] === 'string' ? b[k] : '')
  return new Problem(status, text('code') || codes[status] || 'internal', text('detail') || text('title'), text('hint'))
}

export interface ClientEvents {
  /** The session is gone: sign in again. */
  onUnauthorized(): void
  /** Called with false when the server cannot be reached, with true when it answers again. */
  onReachable(ok: boolean): void
}

type Query = Record<string, string | number | undefined>

/** Client speaks to the server this page came from, and to no other. */
export class Client {
  constructor(
    private readonly events: ClientEvents,
    private readonly fetcher: typeof fetch = (...a) => fetch(...a),
  ) {}

  private async send<T>(method: string, path: string, opts: { query?: Query; body?: unknown; signal?: AbortSignal; quiet?: boolean } = {}): Promise<T> {
    const q = new URLSearchParams()
    for (const [k, v] of Object.entries(opts.query ?? {})) if (v !== undefined && v !== '') q.set(k, String(v))
    const url = `/api/v1${path}${q.size ? `?${q}` : ''}`
    let res: Response
    try {
      res = await this.fetcher(url, {
        method,
        credentials: 'same-origin',
        headers: { Accept: 'application/json', ...(opts.body === undefined ? {} : { 'Content-Type': 'application/json' }) },
        body: opts.body === undefined ? undefined : JSON.stringify(opts.body),
        signal: opts.signal,
      })
    } catch (e) {
      if (e instanceof DOMException && e.name === 'AbortError') throw e
      this.events.onReachable(false)
      throw new Problem(0, 'offline', '', '')
    }
    this.events.onReachable(true)
    const text = res.status === 204 ? '' : await res.text()
    let body: unknown
    try {
      body = text ? JSON.parse(text) : undefined
    } catch {
      body = undefined
    }
    if (!res.ok) {
      if (res.status === 401 && !opts.quiet) this.events.onUnauthorized()
      throw problemOf(res.status, body)
    }
    return body as T
  }

  session = () => this.send<Session>('GET', '/session', { quiet: true })
  signIn = (login: string, password: string) => this.send<Session>('POST', '/session', { body: { login, password }, quiet: true })
  signOut = () => this.send<void>('DELETE', '/session', { quiet: true })
  demoAccounts = () => this.send<DemoAccount[]>('GET', '/session/demo', { quiet: true })

  city = () => this.send<City>('GET', '/city')
  standards = () => this.send<Standard[]>('GET', '/standards')
  areas = (level?: AreaLevel, parent?: string) => this.send<Area[]>('GET', '/areas', { query: { level, parent } })
  area = (code: string) => this.send<Area>('GET', `/areas/${encodeURIComponent(code)}`)
  coverage = (q: { standard: string; level: AreaLevel; area?: string; measures?: string; requirement?: string }, signal?: AbortSignal) => this.send<CoverageResult>('GET', '/coverage', { query: q, signal })
  reaches = (code: string, standard: string, signal?: AbortSignal) =>
    this.send<BuildingReaches>('GET', `/coverage/buildings/${encodeURIComponent(code)}`, { query: { standard }, signal })

  siting = (body: SitingRequest, signal?: AbortSignal) => this.send<SitingPlan>('POST', '/siting', { body, signal })

  whatIf = (body: WhatIfRequest, signal?: AbortSignal) => this.send<WhatIf>('POST', '/coverage/whatif', { body, signal })
  isochrone = (q: { lon?: number; lat?: number; facility?: string; profile?: string }, signal?: AbortSignal) => this.send<Isochrone>('GET', '/isochrone', { query: q, signal })
  ground = (q: { west: number; south: number; east: number; north: number }, signal?: AbortSignal) => this.send<Ground>('GET', '/ground', { query: q, signal })
  scenarios = () => this.send<SavedScenarioInfo[]>('GET', '/scenarios')
  scenario = (id: number) => this.send<SavedScenario>('GET', `/scenarios/${id}`)
  addScenario = (body: ScenarioRequest) => this.send<SavedScenario>('POST', '/scenarios', { body })
  changeScenario = (id: number, body: ScenarioRequest) => this.send<SavedScenario>('PUT', `/scenarios/${id}`, { body })
  deleteScenario = (id: number) => this.send<void>('DELETE', `/scenarios/${id}`)
  startReports = (body: ReportRequest) => this.send<{ job_id: string }>('POST', '/reports', { body })
  reports = () => this.send<ReportJob[]>('GET', '/reports')
  reportJob = (id: string) => this.send<ReportJob>('GET', `/jobs/${encodeURIComponent(id)}`)
  cancelReport = (id: string) => this.send<ReportJob>('DELETE', `/jobs/${encodeURIComponent(id)}`)

  building = (code: string, signal?: AbortSignal) => this.send<BuildingCard>('GET', `/buildings/${encodeURIComponent(code)}`, { signal })
  chart = (code: string, signal?: AbortSignal) => this.send<Chart>('GET', `/buildings/${encodeURIComponent(code)}/chart`, { signal })
  unit = (code: string, signal?: AbortSignal) => this.send<UnitCard>('GET', `/units/${encodeURIComponent(code)}`, { signal })
  resident = (id: string) => this.send<PersonCard>('GET', `/residents/${encodeURIComponent(id)}`)
  reveal = (id: number, purpose: string) => this.send<Revealed>('POST', `/residents/${id}/reveal`, { body: { purpose } })
  /** Sent as a body: what is searched for may be a name, and addresses end up in logs. */
  search = (q: string, signal?: AbortSignal) => this.send<{ hits: Hit[] | null }>('POST', '/search', { body: { q, limit: 24 }, signal })

  audit = (q: { before?: number; account?: string; action?: string; subject?: string; from?: string; to?: string }) => this.send<AuditPage>('GET', '/audit', { query: q })
  verifyAudit = () => this.send<AuditVerdict>('POST', '/audit/verify')

  pairs = () => this.send<PairList>('GET', '/people/pairs', { query: { limit: 100 } })
  decidePair = (id: number, purpose: string, reopen: boolean) => this.send<void>('POST', `/people/pairs/${id}/decision`, { body: { purpose, reopen } })
  merges = () => this.send<PeopleMerge[]>('GET', '/people/merges')
  mergePeople = (keep: number, gone: number, purpose: string) => this.send<{ merge: number }>('POST', '/people/merges', { body: { keep, gone, purpose } })
  unmergePeople = (merge: number, purpose: string) => this.send<Unmerged>('POST', `/people/merges/${merge}/undo`, { body: { purpose } })

  inspect = (file: string, q: { kind?: string; encoding?: string; crs?: string; layer?: string; headerRow?: number; mapping?: Record<string, string> }, signal?: AbortSignal) =>
    this.send<ImportFindings>('GET', `/imports/files/${encodeURIComponent(file)}/inspect`, {
      query: { kind: q.kind, encoding: q.encoding, crs: q.crs, layer: q.layer, header_row: q.headerRow || undefined, mapping: q.mapping && Object.keys(q.mapping).length ? JSON.stringify(q.mapping) : undefined },
      signal,
    })
  startImport = (body: ImportRequest) => this.send<{ job_id: string }>('POST', '/imports', { body })
  imports = () => this.send<ImportBatch[]>('GET', '/imports')
  undoImport = (batch: number, dryRun: boolean) => this.send<ImportUndo>('POST', `/imports/${batch}/undo`, { body: { dry_run: dryRun } })
  addresses = () => this.send<AddressList>('GET', '/imports/addresses')
  acceptAddresses = (batch: number, choices: AddressChoice[]) => this.send<AddressAcceptance>('POST', `/imports/${batch}/accept`, { body: { choices } })
  declineAddresses = (batch: number, rows: AddressRow[], reopen: boolean) =>
    this.send<{ changed: number }>('POST', `/imports/${batch}/decline`, { body: { rows: rows.map(({ row, sheet }) => ({ row, sheet })), reopen } })
  jobs = () => this.send<ImportJob[]>('GET', '/imports/jobs')
  job = (id: string) => this.send<ImportJob>('GET', `/jobs/${encodeURIComponent(id)}`)
  cancelJob = (id: string) => this.send<ImportJob>('DELETE', `/jobs/${encodeURIComponent(id)}`)

  /** Sends a file; fetch cannot tell how far it is, so this is the older way. */
  upload(file: File, onProgress: (sent: number, total: number) => void, signal: AbortSignal): Promise<ImportFile> {
    return new Promise((done, failed) => {
      const xhr = new XMLHttpRequest()
      xhr.open('POST', '/api/v1/imports/files')
      xhr.setRequestHeader('Accept', 'application/json')
      xhr.upload.addEventListener('progress', (e) => onProgress(e.loaded, e.total))
      xhr.addEventListener('load', () => {
        this.events.onReachable(true)
        let body: unknown
        try {
          body = JSON.parse(xhr.responseText)
        } catch {
          body = undefined
        }
        if (xhr.status === 201) return done(body as ImportFile)
        if (xhr.status === 401) this.events.onUnauthorized()
        failed(problemOf(xhr.status, body))
      })
      // A server that refuses a long file may close the line while it is sent.
      xhr.addEventListener('error', () => failed(new Problem(0, 'upload', '', '')))
      xhr.addEventListener('abort', () => failed(new DOMException('aborted', 'AbortError')))
      signal.addEventListener('abort', () => xhr.abort())
      const form = new FormData()
      form.append('file', file)
      xhr.send(form)
    })
  }

  /** Whether the server answers; used while the banner says it does not. */
  async ping(): Promise<boolean> {
    try {
      const ok = (await this.fetcher('/healthz', { cache: 'no-store' })).ok
      this.events.onReachable(ok)
      return ok
    } catch {
      return false
    }
  }
}
