import { expect, it } from 'vitest'
import { oddsOf, says } from '../src/lib/people'

it('tells odds with no more digits than are known', () => {
  expect(oddsOf(0)).toEqual({ n: 1, for: true })
  expect(oddsOf(7)).toEqual({ n: 100, for: true })
  expect(oddsOf(18.6)).toEqual({ n: 400_000, for: true })
  expect(oddsOf(-2)).toEqual({ n: 4, for: false })
  expect(oddsOf(40)).toEqual({ n: 1e6, for: true })
})

it('asks for grounds of two characters, as the server does', () => {
  expect(says(' 核 ')).toBe(false)
  expect(says('核实')).toBe(true)
})
