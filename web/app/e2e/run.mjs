// Runs the browser tests. They need Chromium and, unless HEARTHMAP_E2E_URL
// names a running demo, the built binary. Where one is missing the run is
// skipped; under CI=true it fails.
import { spawn } from 'node:child_process'
import { chromiumPath, missing } from './browser.mjs'
import { startServer } from './server.mjs'

const ci = process.env.CI === 'true'

function giveUp(why) {
  console.error(ci ? `e2e: ${why}` : `e2e skipped: ${why}`)
  process.exit(ci ? 1 : 0)
}

if (missing()) giveUp(`there is no Chromium at ${chromiumPath} (try: scripts/setup, or set HEARTHMAP_CHROMIUM)`)

const server = await startServer().catch((e) => {
  console.error(`e2e: ${e.message}`)
  process.exit(1)
})
if (server.missing) giveUp(server.missing)

const tests = spawn(process.execPath, ['--test', '--test-reporter=spec', '--test-concurrency=1', 'e2e/page.test.mjs', 'e2e/import.test.mjs', 'e2e/archive.test.mjs'], {
  stdio: 'inherit',
  env: { ...process.env, HEARTHMAP_E2E_URL: server.url, HEARTHMAP_E2E_CLI: JSON.stringify(server.cli ?? null) },
})
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => tests.kill(signal))
tests.on('exit', async (code) => {
  await server.stop()
  process.exit(code ?? 1)
})
