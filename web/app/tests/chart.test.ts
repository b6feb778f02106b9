import { describe, expect, it } from 'vitest'
import type { Chart, ChartRoom, RoomState } from '../src/api/types'
import { layoutChart, neighbour } from '../src/lib/chart'

const room = (code: string, name: string, state: RoomState = 'resident'): ChartRoom => ({ code, room: name, use: 'residential', state, people: 1, households: 1 })
const building = { code: 'B', name: 'B', address: '', use: 'residential', floors: 0, lon: 0, lat: 0, entrances: 1, units: 0, households: 0, people: 0 }

/** Entrances as lists of floors from the top, each a floor number and room names. */
function chart(...entrances: [number, string[]][][]): Chart {
  return {
    building, persons: false,
    entrances: entrances.map((floors, e) => ({ number: String(e + 1), floors: floors.map(([floor, names]) => ({ floor, rooms: names.map((n) => room(`${e + 1}-${n}`, n)) })) })),
  }
}
const drawn = (c: Chart) => layoutChart(c).blocks.map((b) => b.rows.map((line) => line.map((x) => x?.room.room ?? '').join(' ')))

describe('layoutChart', () => {
  it('stands rooms of the same position above one another', () => {
    expect(drawn(chart([[2, ['201', '203']], [1, ['101', '102', '103']]]))).toEqual([['201  203', '101 102 103']])
  })

  it('lines up the floors of all entrances, missing ones left empty', () => {
    const c = chart([[3, ['301']], [2, ['201']], [1, ['101']]], [[1, ['101', '102']]])
    expect(layoutChart(c).floors).toEqual([3, 2, 1])
    expect(drawn(c)).toEqual([['301', '201', '101'], [' ', ' ', '101 102']])
  })

  it('fills from the left when positions do not line up', () => {
    expect(drawn(chart([[2, ['2东', '2西']], [1, ['1甲', '1乙', '1丙']]]))).toEqual([['2东 2西 ', '1甲 1乙 1丙']])
    expect(drawn(chart([[1, ['101', 'A01']]]))).toEqual([['101 A01']])
  })

  it('leaves out empty basements and keeps used ones and empty floors', () => {
    expect(layoutChart(chart([[2, []], [1, ['101']], [-1, []]])).floors).toEqual([2, 1])
    expect(layoutChart(chart([[1, ['101']], [-1, ['B101']]])).floors).toEqual([1, -1])
  })

  it('copes with no entrances, no floors and no rooms', () => {
    expect(layoutChart({ building, persons: false, entrances: null })).toMatchObject({ floors: [], blocks: [], rooms: 0 })
    expect(layoutChart({ building, persons: false, entrances: [{ number: '1', floors: null }] })).toMatchObject({ rooms: 0 })
    expect(layoutChart({ building, persons: false, entrances: [{ number: '1', floors: [{ floor: 1, rooms: null }] }] })).toMatchObject({ floors: [1], rooms: 0 })
  })

  it('loses no room of a 33-floor tower and counts their states', () => {
    const floors = Array.from({ length: 33 }, (_, i) => 33 - i)
    const c: Chart = {
      building, persons: true,
      entrances: ['1', '2'].map((number) => ({ number, floors: floors.map((floor) => ({ floor, rooms: [1, 2, 3, 4].map((p) => room(`${number}-${floor}0${p}`, `${floor}0${p}`, p === 4 ? 'vacant' : 'floating')) })) })),
    }
    const l = layoutChart(c)
    expect(l.rooms).toBe(264)
    expect(l.states).toMatchObject({ vacant: 66, floating: 198, resident: 0 })
    expect(new Set(l.blocks.flatMap((b) => b.rows.flat()).map((x) => x?.room.code)).size).toBe(264)
  })
})

describe('neighbour', () => {
  const l = layoutChart(chart([[3, ['301', '302']], [2, []], [1, ['101', '102']]], [[3, ['301']], [1, ['101']]]))
  it('moves over gaps and across entrances and stops at the edge', () => {
    expect(neighbour(l, '1-302', 'ArrowRight')).toBe('2-301')
    expect(neighbour(l, '2-301', 'ArrowRight')).toBe('2-301')
    expect(neighbour(l, '2-301', 'ArrowLeft')).toBe('1-302')
    expect(neighbour(l, '1-302', 'ArrowDown')).toBe('1-102')
    expect(neighbour(l, '1-102', 'ArrowDown')).toBe('1-102')
    expect(neighbour(l, '2-101', 'ArrowUp')).toBe('2-301')
    expect(neighbour(l, '1-302', 'Home')).toBe('1-301')
    expect(neighbour(l, '1-301', 'End')).toBe('2-301')
    expect(neighbour(l, 'gone', 'ArrowUp')).toBe('gone')
  })
  it('reaches every room from the first one', () => {
    const seen = new Set(['1-301'])
    for (const from of seen) for (const k of ['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight'] as const) seen.add(neighbour(l, from, k))
    expect(seen.size).toBe(6)
  })
})
