import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import { launch } from './browser.mjs'

const base = process.env.HEARTHMAP_E2E_URL
const cli = JSON.parse(process.env.HEARTHMAP_E2E_CLI ?? 'null')
const artifacts = join(import.meta.dirname, 'artifacts')
const desktop = { width: 1440, height: 900 }
const phone = { width: 390, height: 844 }
mkdirSync(artifacts, { recursive: true })

let browser
before(async () => {
  browser = await launch()
})
after(() => browser?.close())

/**
 * A page that watches itself: what it logs as an error and whom it speaks to.
 * Refusals that belong to signing in are logged by the browser, not by us.
 */
async function open(path = '/', { viewport = desktop, role, allow = [] } = {}) {
  const context = await browser.newContext({ viewport, locale: 'zh-CN', hasTouch: viewport === phone, deviceScaleFactor: viewport === phone ? 2 : 1 })
  const page = await context.newPage()
  page.setDefaultTimeout(60_000)
  const errors = []
  const foreign = []
  const requests = []
  page.on('console', (m) => {
    if (m.type() !== 'error') return
    const where = new URL(m.location().url || base)
    if (where.pathname.startsWith('/api/v1/session') || allow.some((a) => a.test(`${m.text()} ${where.pathname}`))) return
    errors.push(`${m.text()} (${where.pathname})`)
  })
  page.on('pageerror', (e) => errors.push(e.stack ?? e.message))
  page.on('request', (r) => {
    requests.push(r.url())
    if (!/^(data|blob):/.test(r.url()) && new URL(r.url()).origin !== new URL(base).origin) foreign.push(r.url())
  })
  await page.goto(base + path)
  if (role) await page.click(`[data-role=${role}]`)
  return {
    page,
    requests,
    async close() {
      assert.deepEqual(errors, [], 'the console has errors')
      assert.deepEqual(foreign, [], 'a request left the origin')
      await context.close()
    },
  }
}

const mapReady = (page) => page.waitForSelector('[data-ready=true]')
const shot = (page, name) => page.screenshot({ path: join(artifacts, `${name}.png`) })
/** Waits until the map has nothing more to fetch or draw, for screenshots only. */
const settle = (page) => page.waitForLoadState('networkidle').then(() => page.waitForTimeout(1500))
const number = (text) => Number(text.replace(/[^\d.-]/g, ''))
const fetchJSON = (page, url, body) =>
  page.evaluate(async ([u, b]) => (await fetch(u, b === undefined ? {} : { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(b) })).json(), [url, body])

/** Searches that between them find most buildings of a made-up city. */
const queries = ['1号楼', '2号楼', '3号楼', '4号楼', '5号楼', '6号楼', '1号', '2号', '3号', '5号', '8号', '10号', '村', '里', '路', '街']

/** A building with people in it. */
async function lived(page) {
  for (const q of queries) {
    const { hits } = await fetchJSON(page, '/api/v1/search', { q, limit: 100 })
    for (const h of hits ?? []) {
      if (h.kind !== 'building') continue
      const card = await fetchJSON(page, `/api/v1/buildings/${h.code}`)
      if (card.people > 0 && card.use === 'residential') return card
    }
  }
  throw new Error('no building with people')
}

/** A lived-in flat of the signed-in worker's own grids, found over the API. */
async function ownFlat(page) {
  const { scope } = await fetchJSON(page, '/api/v1/session')
  for (const code of scope) {
    const { bounds } = await fetchJSON(page, `/api/v1/areas/${code}`)
    const [w, s, e, n] = bounds
    for (const q of queries) {
      const { hits } = await fetchJSON(page, '/api/v1/search', { q, limit: 100 })
      for (const h of hits ?? []) {
        if (h.kind !== 'building' || h.lon < w || h.lon > e || h.lat < s || h.lat > n) continue
        const card = await fetchJSON(page, `/api/v1/buildings/${h.code}`)
        if (!scope.some((c) => card.grid_code === c || card.area_code?.startsWith(c))) continue
        const chart = await fetchJSON(page, `/api/v1/buildings/${h.code}/chart`)
        for (const entrance of chart.entrances ?? [])
          for (const f of entrance.floors ?? [])
            for (const r of f.rooms ?? []) if (r.people > 0) return { card, entrance: entrance.number, room: r }
      }
    }
  }
  throw new Error('no flat with people in the own grids')
}

describe('signing in', () => {
  it('offers the demo roles, and says when a password is wrong', async () => {
    const t = await open()
    await t.page.waitForSelector('[data-role=planner]')
    assert.deepEqual(await t.page.$$eval('[data-role]', (x) => x.map((b) => b.dataset.role)), ['planner', 'grid', 'approver', 'auditor', 'admin'])
    await shot(t.page, 'sign-in')
    await t.page.fill('#login', 'nobody')
    await t.page.fill('#password', 'wrong')
    await t.page.click('button[type=submit]')
    await t.page.waitForSelector('[role=alert] >> text=账号或密码不正确')
    await t.close()
  })

  it('shows an auditor no map', async () => {
    const t = await open('/', { role: 'auditor' })
    await t.page.waitForSelector('[data-entry=sign_in]')
    await t.page.click('[data-verify]')
    await t.page.waitForSelector('text=没有被改动、移动或删除')
    assert.equal(await t.page.$('.map'), null)
    await t.close()
  })

  it('signs out again', async () => {
    const t = await open('/', { role: 'admin' })
    await t.page.click('[data-sign-out]')
    await t.page.waitForSelector('#login')
    await t.page.reload()
    await t.page.waitForSelector('#login')
    await t.close()
  })
})

describe('the planner’s map', () => {
  it('shows the numbers of coverage run', { skip: cli ? false : 'no command line for this server' }, async () => {
    const t = await open('/#tab=area', { role: 'planner' })
    await mapReady(t.page)
    const { page } = t
    const run = async (...args) => JSON.parse((await promisify(execFile)(cli.binary, ['coverage', 'run', ...cli.args, '--json', ...args], { maxBuffer: 1 << 28 })).stdout)

    const compare = async (area) => {
      await page.waitForFunction((name) => document.querySelector('.area-tab h2')?.textContent === name, area.name)
      await page.waitForFunction(() => document.querySelector('.area-tab')?.getAttribute('aria-busy') === 'false')
      const shown = new Map(
        await page.$$eval('tr[data-requirement]', (rows) =>
          rows.map((r) => [r.dataset.requirement, Object.fromEntries(['people', 'covered', 'share', 'median'].map((c) => [c, r.querySelector(`[data-col=${c}]`).textContent]))]),
        ),
      )
      assert.equal(shown.size, area.totals.length)
      for (const want of area.totals) {
        const got = shown.get(want.requirement)
        assert.equal(number(got.people), want.people, `${area.name} ${want.requirement} people`)
        assert.equal(number(got.covered), want.covered, `${area.name} ${want.requirement} covered`)
        // Without any facility in the data a share cannot be told.
        if (got.share === '暂无数据') assert.equal(want.covered, 0)
        else if (area.people > 0) assert.ok(Math.abs(number(got.share) / 100 - want.share) <= 0.001, `${area.name} ${want.requirement} share ${got.share}, not ${want.share}`)
        if (want.median_metres > 0) assert.equal(number(got.median), Math.round(want.median_metres), `${area.name} ${want.requirement} median`)
      }
      const all = number(await page.textContent('[data-all-required]')) / 100
      assert.ok(Math.abs(all - area.all_required.share) <= 0.001)
    }

    const city = (await run('--level', 'city')).areas[0]
    await compare(city)
    const communities = (await run('--level', 'community')).areas
    const community = communities.reduce((a, b) => (b.people > a.people ? b : a))
    await page.goto(`${base}/#tab=area&area=${community.code}`)
    await page.reload()
    await compare(community)
    await settle(page)
    await shot(page, 'area')
    await t.close()
  })

  it('colours by the category that is chosen, and keeps it in the link', async () => {
    const t = await open('/', { role: 'planner' })
    const { page } = t
    await mapReady(page)
    await settle(page)
    await shot(page, 'map')
    const wanted = page.locator('.row[data-requirement]').nth(3)
    const id = await wanted.getAttribute('data-requirement')
    const tiles = page.waitForRequest((r) => r.url().includes('/tiles/coverage/') && new URL(r.url()).searchParams.get('category') === id)
    await wanted.click()
    await tiles
    const name = (await wanted.locator('.name > span').textContent()).replace('选配', '')
    await page.waitForFunction((n) => document.querySelector('.legend h2')?.textContent.startsWith(n), name)
    assert.equal(new URLSearchParams(new URL(page.url()).hash.slice(1)).get('cat'), id)
    await page.reload()
    await mapReady(page)
    assert.equal(await page.locator('.row.on').getAttribute('data-requirement'), id)
    await t.close()
  })

  it('opens the building that is clicked, without persons', async () => {
    const t = await open('/', { role: 'planner' })
    const { page } = t
    await mapReady(page)
    const hit = await lived(page)
    await page.goto(`${base}/#map=18.5/${hit.lat}/${hit.lon}`)
    await page.reload()
    await mapReady(page)
    // The tile of the building has to be there before a click can find it.
    for (let i = 0; i < 60 && !(await page.$('[data-building-panel]')); i++) {
      await page.mouse.click(desktop.width / 2, desktop.height / 2)
      await page.waitForTimeout(500)
    }
    await page.waitForSelector('[data-building-panel] h2')
    assert.equal(new URLSearchParams(new URL(page.url()).hash.slice(1)).get('b'), hit.code)
    await page.waitForSelector('.circle li')
    await page.click('[data-tab=chart]')
    const room = page.locator('button.cell:not(.vacant):not(.not_home)').first()
    await room.click()
    await page.waitForSelector('[data-unit-card] .why')
    assert.equal(await page.locator('[data-unit-card] .show').count(), 0)
    await t.close()
  })

  it('speaks English when asked to, and remembers', async () => {
    const t = await open('/', { role: 'planner' })
    await mapReady(t.page)
    await t.page.click('.left .lang')
    await t.page.waitForSelector('text=Service circles')
    await t.page.reload()
    await t.page.waitForSelector('text=Service circles')
    assert.equal(await t.page.getAttribute('html', 'lang'), 'en')
    await settle(t.page)
    await shot(t.page, 'english')
    await t.close()
  })

  it('says so when a building is unknown or the server is away', async () => {
    const t = await open('/#b=NO-SUCH-BUILDING', { role: 'planner', allow: [/404/, /ERR_FAILED/, /NetworkError|Failed to fetch/] })
    const { page } = t
    await page.waitForSelector('[role=alert] >> text=没有这栋楼')
    await mapReady(page)
    await page.route('**/*', (r) => r.abort())
    await page.fill('input[role=combobox]', '号楼')
    await page.waitForSelector('.banner')
    await page.unroute('**/*')
    // The page also asks by itself; whichever is first.
    await page.click('.banner button', { timeout: 2000 }).catch(() => {})
    await page.waitForSelector('.banner', { state: 'detached' })
    await t.close()
  })
})

describe('the grid worker', () => {
  it('finds a flat, opens its chart, and sees a person in clear for a purpose', async () => {
    const t = await open('/', { role: 'grid' })
    const { page } = t
    await mapReady(page)
    const { card, entrance, room } = await ownFlat(page)
    await page.keyboard.press('/')
    await page.keyboard.type(`${card.address} ${entrance}单元${room.room}`)
    await page.click(`.hit[data-kind=unit][data-code="${room.code}"]`)
    await page.waitForSelector(`button.cell.on[data-room="${room.code}"]`)
    await page.waitForSelector('[data-unit-card] .household li')
    await settle(page)
    await shot(page, 'unit')

    const masked = await page.locator('[data-unit-card] .household').first().textContent()
    assert.match(masked, /\*/)
    assert.doesNotMatch(masked, /\d{17}[\dX]/)
    const hash = decodeURIComponent(new URL(page.url()).hash)
    assert.ok(hash.includes(`b=${card.code}`) && !hash.includes(room.code) && !hash.includes('单元'), `the link says too much: ${hash}`)

    await page.locator('[data-unit-card] .show').first().click()
    await page.click('dialog button[type=submit]')
    await page.waitForSelector('#purpose-missing')
    await page.fill('#purpose', '上门走访核实居住情况')
    await page.click('dialog button[type=submit]')
    assert.match(await page.textContent('[data-revealed=id]'), /^99\d{15}[\dX]$/)
    await shot(page, 'reveal')
    const secret = await page.textContent('[data-revealed=id]')
    await page.keyboard.press('Escape')
    await page.waitForSelector('dialog', { state: 'detached' })
    assert.ok(!(await page.content()).includes(secret), 'a revealed number stayed on the page')

    // Arrow keys walk the chart.
    await page.focus(`[data-room="${room.code}"]`)
    await page.keyboard.press('End')
    await page.keyboard.press('Home')
    assert.ok(await page.evaluate(() => document.activeElement?.hasAttribute('data-room')))
    assert.ok(!t.requests.some((u) => decodeURIComponent(u).includes('单元')), 'a search ended in an address')
    await t.close()
  })

  it('works on a phone', async () => {
    const t = await open('/m', { role: 'grid', viewport: phone })
    const { page } = t
    await mapReady(page)
    await settle(page)
    await shot(page, 'phone')
    const { card, entrance, room } = await ownFlat(page)
    await page.fill('input[role=combobox]', `${card.address} ${entrance}单元${room.room}`)
    await page.click(`.hit[data-code="${room.code}"]`)
    await page.waitForSelector('[data-unit-card] .household li')
    await settle(page)
    await shot(page, 'phone-unit')
    const wide = await page.evaluate(() => document.documentElement.scrollWidth)
    assert.ok(wide <= phone.width, `the page is ${wide} px wide`)
    await page.click('[data-unit-card] .icon-btn')
    await page.click('[data-building-panel] [data-close]')
    await page.waitForSelector('.sheet [data-tab=services]')
    await t.close()
  })
})
