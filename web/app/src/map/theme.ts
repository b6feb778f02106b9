import type { ExpressionSpecification, StyleSpecification } from 'maplibre-gl'

// Colours that the map and the legend share. They come with the server's
// style (its metadata holds the legend); these stand in until it is there.

export interface Palette {
  covered: string
  uncovered: string
  unreachable: string
  /** Stops of the share of people covered, from 0 to 1. */
  shares: { share: number; color: string }[]
}

export const palette: Palette = {
  covered: '#2c8c83',
  uncovered: '#eaa83f',
  unreachable: '#7e3354',
  shares: [
    { share: 0, color: '#c9742a' },
    { share: 0.25, color: '#eab765' },
    { share: 0.5, color: '#f3e6c4' },
    { share: 0.75, color: '#86bfb2' },
    { share: 1, color: '#22766e' },
  ],
}

export const selectedColour = '#2f62e0'
export const facilityColour = '#a8402a'

/** Blue and crimson are told apart by everybody, and from the colours of coverage. */
export const gainedColour = '#0a62d6'
export const lostColour = '#d0103f'

function isColour(c: unknown): c is string {
  return typeof c === 'string' && /^#[0-9a-f]{6}$/i.test(c)
}

/** The legend that the style brings along, or the one above. */
export function paletteOf(style: Pick<StyleSpecification, 'metadata'>): Palette {
  const legend = (style.metadata as Record<string, unknown> | undefined)?.['hearthmap:legend'] as
    | { status?: { status: string; color: string }[]; share?: { share: number; color: string }[] }
    | undefined
  const status = (s: 'covered' | 'uncovered' | 'unreachable') => {
    const c = legend?.status?.find((x) => x.status === s)?.color
    return isColour(c) ? c : palette[s]
  }
  const shares = (legend?.share ?? []).filter((s) => isColour(s.color) && s.share >= 0 && s.share <= 1)
  return {
    covered: status('covered'),
    uncovered: status('uncovered'),
    unreachable: status('unreachable'),
    shares: shares.length >= 2 ? shares : palette.shares,
  }
}

/** A colour that is the style's own but for the building of the code. */
export function withSelected(own: unknown, code: string | undefined): ExpressionSpecification {
  return ['case', ['==', ['get', 'code'], code ?? ''], selectedColour, own] as ExpressionSpecification
}

/** Fonts for Chinese labels: those of the machine. */
export const cjkFonts = '"PingFang SC","HarmonyOS Sans SC","MiSans","Microsoft YaHei","Noto Sans CJK SC","Noto Sans SC","Source Han Sans SC",sans-serif'
