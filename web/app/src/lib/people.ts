// What the review of people has to work out.

/** log2 of odds as a whole number to one, at most a million; for tells which side of even it is. */
export function oddsOf(score: number): { n: number; for: boolean } {
  return { n: Math.round(2 ** Math.min(20, Math.abs(score))), for: score >= 0 }
}

/** Whether a written purpose says anything: two characters, as the server asks. */
export const says = (purpose: string): boolean => [...purpose.trim()].length >= 2
