import { describe, expect, it, vi } from 'vitest'
import { Client, Problem, problemOf } from '../src/api/client'
import { tell } from '../src/lib/problem'

function client(answer: () => Promise<Response>) {
  const events = { onUnauthorized: vi.fn(), onReachable: vi.fn() }
  const fetcher = vi.fn((..._a: Parameters<typeof fetch>) => answer())
  return { events, fetcher, client: new Client(events, fetcher) }
}
const json = (body: unknown, status = 200) => async () => new Response(JSON.stringify(body), { status })

describe('Client', () => {
  it('turns problem documents into problems', async () => {
    const c = client(json({ title: 'Not found', status: 404, code: 'not_found', detail: 'there is no building X', hint: 'search for it' }, 404))
    await expect(c.client.building('X')).rejects.toMatchObject({ status: 404, code: 'not_found', detail: 'there is no building X', hint: 'search for it' })
    expect(c.events.onReachable).toHaveBeenLastCalledWith(true)
  })

  it('reports a lost session, but not a wrong password', async () => {
    const c = client(json({}, 401))
    await expect(c.client.city()).rejects.toBeInstanceOf(Problem)
    expect(c.events.onUnauthorized).toHaveBeenCalledTimes(1)
    await expect(c.client.signIn('a', 'b')).rejects.toMatchObject({ status: 401 })
    expect(c.events.onUnauthorized).toHaveBeenCalledTimes(1)
  })

  it('says when the server is away, and survives a proxy without JSON', async () => {
    const away = client(() => Promise.reject(new TypeError('failed to fetch')))
    await expect(away.client.city()).rejects.toMatchObject({ offline: true })
    expect(away.events.onReachable).toHaveBeenLastCalledWith(false)
    const html = client(async () => new Response('<h1>Bad gateway</h1>', { status: 502 }))
    await expect(html.client.city()).rejects.toMatchObject({ status: 502, code: 'offline' })
  })

  it('puts nothing that was searched for into an address', async () => {
    const c = client(json({ hits: [] }))
    await c.client.search('王建国')
    const [url, init] = c.fetcher.mock.calls[0] ?? []
    expect(url).toBe('/api/v1/search')
    expect(JSON.parse(String(init?.body))).toMatchObject({ q: '王建国' })
  })

  it('encodes codes in paths', async () => {
    const c = client(json({}))
    await c.client.unit('B 1/2-1-101')
    expect(c.fetcher.mock.calls[0]?.[0]).toBe('/api/v1/units/B%201%2F2-1-101')
  })
})

describe('tell', () => {
  it('shows the hint, and never the text of an internal error', () => {
    expect(tell(problemOf(409, { code: 'conflict', detail: 'd', hint: 'h' }))).toMatchObject({ title: 'problem.conflict', detail: 'd', hint: 'h', retry: false })
    expect(tell(problemOf(500, { code: 'internal', detail: 'panic at x.go:1' }))).toMatchObject({ title: 'problem.internal', detail: '', retry: true })
    expect(tell(new Error('boom'))).toMatchObject({ title: 'problem.internal', detail: '' })
    expect(tell(problemOf(418, null)).title).toBe('problem.internal')
  })
})
