import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const binary = resolve(process.env.HEARTHMAP_BIN || join(import.meta.dirname, '../../../bin/hearthmap'))
const patience = 5 * 60_000 // a first start makes a database

/**
 * Starts `hearthmap demo` on a free port with a data directory of its own, or
 * takes the server of HEARTHMAP_E2E_URL. cli is how to ask the same city for
 * numbers on the command line: HEARTHMAP_E2E_DATA tells it for a running one.
 */
export async function startServer() {
  const running = process.env.HEARTHMAP_E2E_URL
  if (running) {
    const data = process.env.HEARTHMAP_E2E_DATA
    return { url: running.replace(/\/$/, ''), cli: data && existsSync(binary) ? { binary, args: ['--data', data, '--city', 'demo'] } : undefined, stop: async () => {} }
  }
  if (!existsSync(binary)) return { missing: `there is no ${binary} (try: make build)` }

  const data = mkdtempSync(join(tmpdir(), 'hearthmap-e2e-'))
  chmodSync(data, 0o755) // as root, PostgreSQL runs as another user who has to enter it
  const preset = process.env.HEARTHMAP_E2E_PRESET || 'village'
  const child = spawn(binary, ['demo', '--preset', preset, '--open=false', '--addr', '127.0.0.1:0', '--data', data], { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  const exited = new Promise((done) => child.on('exit', done))
  const stop = async () => {
    if (child.exitCode === null) child.kill('SIGTERM')
    await exited
    rmSync(data, { recursive: true, force: true })
  }
  try {
    const url = await new Promise((found, failed) => {
      const timer = setTimeout(() => failed(new Error(`the demo did not start in time:\n${said}`)), patience)
      child.stderr.on('data', (d) => (said += d))
      child.stdout.on('data', (d) => {
        said += d
        const address = /http:\/\/[\d.:]+/.exec(said)?.[0]
        if (address) {
          clearTimeout(timer)
          found(address)
        }
      })
      child.on('exit', (code) => failed(new Error(`the demo ended with ${code}:\n${said}`)))
    })
    return { url, cli: { binary, args: ['--data', data, '--city', 'demo'] }, stop }
  } catch (e) {
    await stop()
    throw e
  }
}
