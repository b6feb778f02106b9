import type { Chart, ChartRoom, RoomState } from '../api/types'

// The stacking chart as a grid: one row a floor from the top down, the same
// for all entrances; one block of columns an entrance.

export interface ChartCell {
  room: ChartRoom
  entrance: string
  floor: number
  row: number
  column: number
}

export interface ChartBlock {
  entrance: string
  /** Number of columns: the most rooms on any floor, at least one. */
  width: number
  /** rows[row][column]; null where there is no room. */
  rows: (ChartCell | null)[][]
}

export interface ChartLayout {
  floors: number[]
  blocks: ChartBlock[]
  states: Record<RoomState, number>
  rooms: number
}

/** The last two digits of a room, by which neighbours are told apart; '' when it has none. */
function position(room: string): string {
  return /(\d{2})\D*$/.exec(room)?.[1] ?? ''
}

/**
 * Lays the chart out. Rooms with the same last two digits (401, 301) stand
 * above one another when every floor of the entrance allows it; otherwise
 * rooms fill their floor from the left.
 */
export function layoutChart(chart: Chart): ChartLayout {
  const entrances = chart.entrances ?? []
  const floorSet = new Set<number>()
  for (const e of entrances) for (const f of e.floors ?? []) floorSet.add(f.floor)
  const floors = [...floorSet].sort((a, b) => b - a)
  // A basement that holds nothing anywhere only makes the chart longer.
  const hasRooms = (n: number) => entrances.some((e) => (e.floors ?? []).some((f) => f.floor === n && (f.rooms?.length ?? 0) > 0))
  const shown = floors.filter((n) => n > 0 || hasRooms(n))
  const rowOf = new Map(shown.map((n, i) => [n, i]))
  const states: Record<RoomState, number> = { vacant: 0, resident: 0, floating: 0, registered: 0, not_home: 0 }
  let rooms = 0

  const blocks = entrances.map((e): ChartBlock => {
    const own = (e.floors ?? []).filter((f) => rowOf.has(f.floor))
    const most = Math.max(1, ...own.map((f) => f.rooms?.length ?? 0))
    const positions = [...new Set(own.flatMap((f) => (f.rooms ?? []).map((r) => position(r.room))))].sort()
    const unique = own.every((f) => new Set((f.rooms ?? []).map((r) => position(r.room))).size === (f.rooms?.length ?? 0))
    const aligned = unique && positions.length > 0 && !positions.includes('') && positions.length <= most + 2
    const width = aligned ? positions.length : most
    const rows: (ChartCell | null)[][] = shown.map(() => Array<ChartCell | null>(width).fill(null))
    for (const f of own) {
      const row = rowOf.get(f.floor)
      if (row === undefined) continue
      ;(f.rooms ?? []).forEach((room, i) => {
        const column = aligned ? positions.indexOf(position(room.room)) : i
        const line = rows[row]
        if (line) line[column] = { room, entrance: e.number, floor: f.floor, row, column }
        if (room.state in states) states[room.state]++
        rooms++
      })
    }
    return { entrance: e.number, width, rows }
  })
  return { floors: shown, blocks, states, rooms }
}

export type Arrow = 'ArrowUp' | 'ArrowDown' | 'ArrowLeft' | 'ArrowRight' | 'Home' | 'End'

/** The room an arrow key leads to, across gaps and entrances; the same when there is none. */
export function neighbour(layout: ChartLayout, from: string, key: Arrow): string {
  // Flat columns over all entrances, so that left and right cross stairwells.
  const grid = layout.floors.map((_, row) => layout.blocks.flatMap((b) => b.rows[row] ?? []))
  let r = -1
  let c = -1
  grid.forEach((line, i) => {
    const j = line.findIndex((cell) => cell?.room.code === from)
    if (j >= 0) [r, c] = [i, j]
  })
  if (r < 0) return from
  const line = grid[r] ?? []
  const along = (step: number, start: number) => {
    for (let j = start; j >= 0 && j < line.length; j += step) if (line[j]) return line[j]?.room.code ?? from
    return from
  }
  switch (key) {
    case 'ArrowLeft':
      return along(-1, c - 1)
    case 'ArrowRight':
      return along(1, c + 1)
    case 'Home':
      return along(1, 0)
    case 'End':
      return along(-1, line.length - 1)
    default: {
      const step = key === 'ArrowUp' ? -1 : 1
      for (let i = r + step; i >= 0 && i < grid.length; i += step) {
        const target = grid[i] ?? []
        // Straight up or down if there is a room, else the nearest one beside.
        for (let d = 0; d < target.length; d++) {
          const cell = target[c - d] ?? target[c + d]
          if (cell) return cell.room.code
        }
      }
      return from
    }
  }
}
