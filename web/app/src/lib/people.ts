// What the review of people has to work out.

/** log2 of odds as a number to one, with one digit that counts, at most a million; for tells which side of even it is. */
export function oddsOf(score: number): { n: number; for: boolean } {
  return { n: Math.min(1e6, Number((2 ** Math.min(20, Math.abs(score))).toPrecision(1))), for: score >= 0 }
}

/** Whether a written purpose says anything: two characters, as the server asks. */
export const says = (purpose: string): boolean => [...purpose.trim()].length >= 2
