import { expect, it } from 'vitest'
import { metres, minutesOf, percent } from '../src/lib/format'

it.each([
  [0, '0%'],
  [1, '100%'],
  [0.5, '50.0%'],
  [0.8341, '83.4%'],
  [0.00001, '0.1%'], // something is not nothing
  [0.99999, '99.9%'], // and not quite all is not all
  [NaN, '0%'],
])('percent(%f) is %s', (share, text) => {
  expect(percent(share)).toBe(text)
})

it('rounds walking time to minutes, never to none', () => {
  expect(minutesOf(10)).toBe(1)
  expect(minutesOf(606)).toBe(10)
  expect(metres(606.4)).toBe(606)
})
