import { existsSync } from 'node:fs'
import { chromium } from 'playwright-core'

export const chromiumPath = process.env.HEARTHMAP_CHROMIUM || '/usr/bin/chromium'

export function missing() {
  return !existsSync(chromiumPath)
}

/** A browser with a fresh profile that speaks to nobody on its own, and draws without a GPU. */
export function launch() {
  return chromium.launch({
    executablePath: chromiumPath,
    args: [
      '--no-sandbox',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--use-gl=angle',
      '--use-angle=swiftshader',
      '--enable-unsafe-swiftshader',
      '--ignore-gpu-blocklist',
    ],
  })
}
