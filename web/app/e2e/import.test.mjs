import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import { launch } from './browser.mjs'

const base = process.env.HEARTHMAP_E2E_URL
const binary = resolve(process.env.HEARTHMAP_BIN || join(import.meta.dirname, '../../../bin/hearthmap'))
const artifacts = join(import.meta.dirname, 'artifacts')
mkdirSync(artifacts, { recursive: true })

let browser
let dir
before(async () => {
  browser = await launch()
  // The demo's own town; the test gives its facilities other codes.
  dir = mkdtempSync(join(tmpdir(), 'hearthmap-e2e-import-'))
  await promisify(execFile)(binary, ['synth', '--preset', process.env.HEARTHMAP_E2E_PRESET || 'village', '--seed', '1', '--out', dir])
})
after(async () => {
  await browser?.close()
  if (dir) rmSync(dir, { recursive: true, force: true })
})

async function open(viewport) {
  const context = await browser.newContext({ viewport, locale: 'zh-CN', deviceScaleFactor: viewport.width < 500 ? 2 : 1, hasTouch: viewport.width < 500, acceptDownloads: true })
  const page = await context.newPage()
  page.setDefaultTimeout(60_000)
  const errors = []
  page.on('console', (m) => {
    if (m.type() === 'error' && !new URL(m.location().url || base).pathname.startsWith('/api/v1/session')) errors.push(m.text())
  })
  page.on('pageerror', (e) => errors.push(e.stack ?? e.message))
  await page.goto(base)
  await page.click('[data-role=admin]')
  return {
    page,
    async close() {
      assert.deepEqual(errors, [], 'the console has errors')
      await context.close()
    },
  }
}

const shot = (page, name) => page.screenshot({ path: join(artifacts, `${name}.png`), fullPage: false })
/** The whole page, which scrolls within itself. */
async function tall(page, name, height) {
  const before = page.viewportSize()
  await page.setViewportSize({ width: before.width, height })
  await page.waitForTimeout(700)
  await shot(page, name)
  await page.setViewportSize(before)
}
const count = async (page, name) => Number((await page.textContent(`[data-count=${name}]`)).replace(/[^\d]/g, ''))
const settled = (page, dry) => page.waitForSelector(`[data-job=done][data-dry=${dry}]`)

describe('imports', () => {
  it('takes facilities in GCJ-02 through the four steps, and undoes them', async () => {
    // New codes, so that every row is created; one row cannot be used.
    const lines = readFileSync(join(dir, 'facilities.csv'), 'utf8').trimEnd().split(/\r?\n/)
    const rows = lines.slice(1)
    const code = lines[0].replace(/^\uFEFF/, '').split(',').findIndex((c) => c === '编码' || c === 'code')
    assert.equal(code, 0, 'the code is expected in the first column')
    const file = join(dir, '市民政局设施.csv')
    writeFileSync(file, [lines[0], ...rows.map((r) => `E2E-${r}`), `E2E-${rows[0]}`].join('\n') + '\n')

    const t = await open({ width: 1440, height: 900 })
    const { page } = t
    await page.click('.left [data-import]')
    await page.waitForSelector('[data-import-page] [data-drop]')
    await page.waitForSelector('[data-batch]')
    await tall(page, 'import-1', 1000)

    await page.setInputFiles('input[type=file]', file)
    await page.waitForSelector('[data-findings]')
    assert.equal(await page.inputValue('[data-kind]'), 'facilities')
    // The file does not say that it is GCJ-02: nothing goes on before it is chosen.
    assert.ok(await page.isDisabled('[data-try]'))
    await page.waitForSelector('.doubt')
    await page.check('[data-crs=gcj02] input')
    await page.waitForSelector('[data-try]:not([disabled])')
    await page.waitForSelector('[data-preview-ready=true]')
    await page.waitForTimeout(1500)
    await tall(page, 'import-2', 1500)

    await page.click('[data-try]')
    await settled(page, 'true')
    assert.equal(await count(page, 'created'), rows.length)
    assert.equal(await count(page, 'rejected'), 1)
    await tall(page, 'import-3', 1000)

    await page.click('[data-run]')
    await settled(page, 'false')
    assert.equal(await count(page, 'created'), rows.length)
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('[data-rejects]')])
    const rejects = readFileSync(await download.path(), 'utf8')
    assert.match(rejects, /duplicate/)
    assert.equal(download.suggestedFilename(), '市民政局设施.csv.rejects.csv')
    const first = page.locator('[data-batch]').first()
    await first.locator('text=市民政局设施.csv').waitFor()
    await tall(page, 'import-4', 1200)

    await first.locator('[data-undo]').click()
    await page.waitForSelector('[data-bucket=reversed]')
    await shot(page, 'import-undo')
    await page.click('[data-undo-confirm]')
    await page.waitForSelector('[data-undone=true]')
    assert.equal(Number((await page.textContent('[data-bucket=reversed]')).replace(/[^\d]/g, '')), rows.length)
    await page.click('[data-undo-close]')
    await page.waitForSelector('[data-batch].gone')
    await page.click('a.back')
    await page.waitForSelector('[data-ready=true]')
    await t.close()
  })

  it('works on a phone', async () => {
    const t = await open({ width: 390, height: 844 })
    const { page } = t
    await page.click('.top-tools [data-import]')
    await page.waitForSelector('[data-batch]')
    await tall(page, 'import-phone-1', 1200)
    await page.setInputFiles('input[type=file]', join(dir, 'facilities.csv'))
    await page.waitForSelector('[data-findings]')
    await page.check('[data-crs=gcj02] input')
    await page.waitForSelector('[data-preview-ready=true]')
    await page.waitForTimeout(1500)
    await tall(page, 'import-phone-2', 2400)
    const wide = await page.evaluate(() => document.querySelector('[data-import-page]').scrollWidth)
    assert.ok(wide <= 390, `the page is ${wide} px wide`)
    await t.close()
  })

  it('is for administrators only', async () => {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'zh-CN' })
    const page = await context.newPage()
    await page.goto(`${base}/#import`)
    await page.click('[data-role=planner]')
    await page.waitForSelector('.left')
    assert.equal(await page.$('[data-import-page]'), null)
    assert.equal(await page.$('[data-import]'), null)
    await context.close()
  })
})
