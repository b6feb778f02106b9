import { describe, expect, it } from 'vitest'
import { archiveOrigins, archiveRequest } from '../src/lib/archive'

const at = (search: string) => ({ search, href: `https://map.example/${search}`, origin: 'https://map.example' })

describe('archiveRequest', () => {
  it('is silent without an archive', () => {
    expect(archiveRequest(at(''))).toBeUndefined()
    expect(archiveRequest(at('?archive='))).toBeUndefined()
  })
  it('resolves addresses against the page', () => {
    expect(archiveRequest(at('?archive=a/city.pmtiles'))).toEqual({ url: 'https://map.example/a/city.pmtiles', allowed: true })
  })
  it('allows other sites only when they are listed', () => {
    const search = '?archive=https%3A%2F%2Fcdn.example%2Fcity.pmtiles'
    expect(archiveRequest(at(search))?.allowed).toBe(false)
    expect(archiveRequest(at(search), archiveOrigins(' https://cdn.example  https://b.example '))?.allowed).toBe(true)
    expect(archiveRequest(at(search), ['https://cdn.example.evil'])?.allowed).toBe(false)
  })
  it('opens nothing but the web', () => {
    for (const u of ['javascript:alert(1)', 'data:,x', 'blob:https://map.example/x', 'http://', 'file:///etc/passwd']) {
      expect(archiveRequest(at(`?archive=${encodeURIComponent(u)}`))?.allowed).toBe(false)
    }
  })
})
