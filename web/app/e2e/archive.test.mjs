// The map of an archive, from a server that knows nothing but files: what
// tiles export wrote opens in the pmtiles package, holds the tiles that the
// service sends, and the built page draws it.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createReadStream, existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { extname, join, normalize } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import { PMTiles } from 'pmtiles'
import { launch } from './browser.mjs'

const base = process.env.HEARTHMAP_E2E_URL
const cli = JSON.parse(process.env.HEARTHMAP_E2E_CLI ?? 'null')
const dist = join(import.meta.dirname, '../dist')
const artifacts = join(import.meta.dirname, 'artifacts')
mkdirSync(artifacts, { recursive: true })

const types = { '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.json': 'application/json' }

/** Serves files of directories, whole or by range, as a CDN does. */
function serveFiles(...dirs) {
  const server = createServer((req, res) => {
    const path = normalize(decodeURIComponent(new URL(req.url, 'http://x').pathname))
    const file = dirs.map((d) => join(d, path === '/' ? 'index.html' : path)).find((f) => existsSync(f) && statSync(f).isFile())
    if (!file) return res.writeHead(404).end()
    const { size } = statSync(file)
    const head = { 'Content-Type': types[extname(file)] ?? 'application/octet-stream', 'Accept-Ranges': 'bytes' }
    const range = /^bytes=(\d+)-(\d+)$/.exec(req.headers.range ?? '')
    if (!range) {
      res.writeHead(200, { ...head, 'Content-Length': size })
      return createReadStream(file).pipe(res)
    }
    const start = Number(range[1])
    const end = Math.min(Number(range[2]), size - 1)
    res.writeHead(206, { ...head, 'Content-Length': end - start + 1, 'Content-Range': `bytes ${start}-${end}/${size}` })
    createReadStream(file, { start, end }).pipe(res)
  })
  return new Promise((done) => server.listen(0, '127.0.0.1', () => done({ url: `http://127.0.0.1:${server.address().port}`, server })))
}

describe('an archive', { skip: !cli && 'the city of HEARTHMAP_E2E_URL is not known (HEARTHMAP_E2E_DATA)' }, () => {
  let dir, files, browser
  before(async () => {
    dir = mkdtempSync(join(tmpdir(), 'hearthmap-archive-'))
    await promisify(execFile)(cli.binary, [...cli.args, 'tiles', 'export', join(dir, 'city.pmtiles'), '--zooms', '0-15'])
    files = await serveFiles(dist, dir)
    browser = await launch()
  })
  after(async () => {
    await browser?.close()
    files?.server.closeAllConnections()
    files?.server.close()
    rmSync(dir, { recursive: true, force: true })
  })

  it('opens in the pmtiles package and has the tiles of the service', async () => {
    const archive = new PMTiles(`${files.url}/city.pmtiles`)
    const h = await archive.getHeader()
    assert.deepEqual([h.specVersion, h.minZoom, h.maxZoom, h.clustered, h.tileType], [3, 0, 15, true, 1])
    const { vector_layers: layers } = await archive.getMetadata()
    const names = layers.map((l) => l.id).join(',')
    const session = await fetch(`${base}/api/v1/session`, {
      method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ login: 'demo-planner', password: 'hearthmap-demo' }),
    })
    assert.ok(session.ok, `signing in: ${session.status}`)
    const cookie = session.headers.getSetCookie().map((c) => c.split(';')[0]).join('; ')
    let compared = 0
    for (let z = 0; z <= h.maxZoom; z++) {
      const x = Math.floor(((h.centerLon + 180) / 360) * 2 ** z)
      const s = Math.sin((h.centerLat * Math.PI) / 180)
      const y = Math.floor((0.5 - Math.log((1 + s) / (1 - s)) / (4 * Math.PI)) * 2 ** z)
      const ours = await archive.getZxy(z, x, y)
      const res = await fetch(`${base}/tiles/${names}/${z}/${x}/${y}.mvt`, { headers: { cookie } })
      assert.ok(res.ok, `${z}/${x}/${y}: ${res.status}`)
      const theirs = Buffer.from(await res.arrayBuffer())
      const body = ours ? Buffer.from(ours.data) : Buffer.alloc(0)
      assert.ok(body.equals(theirs), `${z}/${x}/${y} differs`)
      if (body.length) compared++
    }
    assert.ok(compared > 10, `${compared} tiles were compared`)
  })

  for (const [name, viewport] of [['desktop', { width: 1440, height: 900 }], ['phone', { width: 390, height: 844 }]]) {
    it(`is drawn by the page without a service, ${name}`, async () => {
      const page = await browser.newPage({ viewport, locale: 'zh-CN' })
      const errors = []
      const asked = []
      page.on('console', (m) => m.type() === 'error' && errors.push(m.text()))
      page.on('pageerror', (e) => errors.push(e.stack ?? e.message))
      page.on('request', (r) => asked.push(r))
      await page.goto(`${files.url}/?archive=city.pmtiles`)
      await page.locator('.legend li, .legend .ramp').first().waitFor({ timeout: 60_000 })
      await page.waitForTimeout(4000) // the map draws in its own time
      await page.screenshot({ path: join(artifacts, `archive-${name}.png`) })
      assert.deepEqual(errors, [])
      assert.ok(asked.filter((r) => r.url().endsWith('.pmtiles')).length >= 2, 'the archive is read by ranges')
      for (const r of asked) assert.ok(/^(blob|data):/.test(r.url()) || new URL(r.url()).origin === files.url && !/\/(api|tiles)\//.test(r.url()), `asks for ${r.url()}`)
      await page.getByRole('button', { name: 'Switch to English' }).click()
      await page.getByText('A still archive').waitFor()
      await page.close()
    })
  }

  it('of another site is refused, and one that is not there is said to be', async () => {
    const page = await browser.newPage({ locale: 'zh-CN' })
    await page.goto(`${files.url}/?archive=${encodeURIComponent('https://elsewhere.invalid/a.pmtiles')}`)
    await page.getByRole('alert').getByText('不能打开其他网站的归档').waitFor()
    await page.goto(`${files.url}/?archive=none.pmtiles`)
    await page.getByRole('alert').getByText('归档打不开').waitFor()
    await page.close()
  })
})
