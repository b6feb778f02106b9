// What the review of doubtful addresses has to work out.
import type { FeatureCollection } from 'geojson'
import type { AddressCandidate, AddressReview } from '../api/types'

/** The key of a reason's translation; the server writes its reasons in English. */
export const reasonKey = (reason: string): string => `address.reason.${reason.toLowerCase().replace(/[^a-z]+/g, '_').replace(/^_|_$/g, '')}`

/** Other rows of the same batch that are written alike, a family for the most part. */
export function sameAddress(list: AddressReview[], one: AddressReview): AddressReview[] {
  return list.filter((r) => r !== one && r.batch === one.batch && r.address === one.address)
}

/** The candidates as points for the map, the chosen one marked. */
export function shown(candidates: AddressCandidate[], picked: string): FeatureCollection {
  return {
    type: 'FeatureCollection',
    features: candidates.filter((c) => !c.ended).map((c) => ({ type: 'Feature', properties: { chosen: c.code === picked }, geometry: { type: 'Point', coordinates: [c.lon, c.lat] } })),
  }
}
