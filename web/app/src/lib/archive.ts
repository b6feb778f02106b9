// ?archive=URL opens the map of a PMTiles archive, without any server but the
// one that holds the files.

/** What the page's address says about an archive. */
export interface ArchiveRequest {
  url: string
  /** The archive is on a site that this page may read from. */
  allowed: boolean
}

/**
 * The archive that the address asks for, undefined when there is none. Only
 * the page's own site and the listed origins are allowed: an address that
 * someone sends must not draw the map of a stranger.
 */
export function archiveRequest(location: { search: string; href: string; origin: string }, origins: string[] = []): ArchiveRequest | undefined {
  const asked = new URLSearchParams(location.search).get('archive')
  if (!asked) return undefined
  let url: URL
  try {
    url = new URL(asked, location.href)
  } catch {
    return { url: asked, allowed: false }
  }
  const web = url.protocol === 'http:' || url.protocol === 'https:'
  return { url: url.href, allowed: web && (url.origin === location.origin || origins.includes(url.origin)) }
}

/** The origins that <meta name="hearthmap-archives" content="https://a https://b"> lists. */
export function archiveOrigins(content: string | null | undefined): string[] {
  return (content ?? '').split(/\s+/).filter((o) => o !== '')
}
