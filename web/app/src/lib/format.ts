// Numbers as people read them.

/**
 * A share (0..1) as percent with one decimal. Rounded so that nothing short
 * of everything reads 100 % and nothing above zero reads 0 %.
 */
export function percent(share: number): string {
  if (!Number.isFinite(share) || share <= 0) return '0%'
  if (share >= 1) return '100%'
  const tenths = Math.min(999, Math.max(1, Math.round(share * 1000)))
  return `${(tenths / 10).toFixed(1)}%`
}

/** Minutes on foot, never less than one. */
export function minutesOf(seconds: number): number {
  return Math.max(1, Math.round(seconds / 60))
}

/** Whole metres. */
export function metres(m: number): number {
  return Math.round(m)
}
