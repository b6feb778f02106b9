import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fill } from '../src/i18n'
import { en } from '../src/i18n/en'
import { zh } from '../src/i18n/zh'

const places = (s: string) => [...s.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort()

describe('dictionaries', () => {
  it('have the same keys', () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(zh).sort())
  })

  it('have no empty messages', () => {
    for (const d of [zh, en]) for (const [k, v] of Object.entries(d)) expect(v.trim(), k).not.toBe('')
  })

  it('fill the same places', () => {
    for (const k of Object.keys(zh) as (keyof typeof zh)[]) expect(new Set(places(en[k])), k).toEqual(new Set(places(zh[k])))
  })

  it('write no Chinese in English but for the name and the switch', () => {
    const allowed = new Set(['app.title', 'app.language', 'app.language.short'])
    for (const [k, v] of Object.entries(en)) if (!allowed.has(k)) expect(v, k).not.toMatch(/\p{Script=Han}/u)
  })

  it('hold no message that nothing uses', () => {
    const src = join(import.meta.dirname, '../src')
    const code = readdirSync(src, { recursive: true, encoding: 'utf8' })
      .filter((f) => /\.(vue|ts)$/.test(f) && !/i18n.(zh|en|importing|addresses|people)\.ts$/.test(f))
      .map((f) => readFileSync(join(src, f), 'utf8'))
      .join('\n')
    // Keys made at run time start like one of these in the code: `role.${…}`.
    const made = [...code.matchAll(/`([a-z][\w.]*\.)\$\{/gi)].map((m) => m[1] ?? '')
    const idle = Object.keys(zh).filter((k) => !code.includes(`'${k}'`) && !made.some((p) => k.startsWith(p)))
    expect(idle).toEqual([])
  })

  it('are the only place with Chinese text in components', () => {
    const dir = join(import.meta.dirname, '../src/components')
    const allowed = new Set(['LangSwitch.vue', 'SignIn.vue']) // the brand and the switch
    for (const f of readdirSync(dir)) if (!allowed.has(f)) expect(readFileSync(join(dir, f), 'utf8'), f).not.toMatch(/\p{Script=Han}/u)
  })
})

it('names every category of facility as the server does', () => {
  const go = readFileSync(join(import.meta.dirname, '../../../household/category.go'), 'utf8')
  const categories = [...go.matchAll(/\{"(\w+)", "([^"]+)", "([^"]+)",/g)]
  expect(categories.length).toBeGreaterThan(30)
  for (const [, id, chinese, english] of categories) {
    const key = `facility.is.${id}` as keyof typeof zh
    expect(zh[key], id).toBe(chinese)
    expect(en[key]?.toLowerCase(), id).toBe(english?.toLowerCase())
  }
})

describe('fill', () => {
  it('fills places and leaves unknown ones', () => {
    expect(fill('{n} of {all}', { n: 0, all: 3 })).toBe('0 of 3')
    expect(fill('{x}', { n: 1 })).toBe('{x}')
    expect(fill('plain')).toBe('plain')
  })
})
