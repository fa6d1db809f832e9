import { expect, it } from 'vitest'
import { makeHeartbeat } from './fixture/fleet.js'
import { checkLooks } from './fixture/looks.js'
import { makeShopFleet } from './fixture/shop-fleet.js'
import { openShop } from './fixture/shop-pages.js'

const MB = 1_048_576

function makeFleetWithChildren() {
  const fleet = makeShopFleet()
  const children = {
    running: [
      { pid: 4_131, command: 'node bullmq/main.js', cores: 0.42, rss: 96 * MB, grown: 2 * MB, age: 11_400 },
      { pid: 4_132, command: 'node bullmq/main.js', cores: 0.01, rss: 240 * MB, grown: 144 * MB, age: 11_400 },
      { pid: 4_207, command: null, cores: null, rss: null, grown: null, age: null },
    ],
    more: 2,
    ended: [{ pid: 4_133, command: 'ffmpeg', age: 38 }],
  }
  const [first, ...others] = fleet.nodes
  if (!first) throw new Error('The fleet has no node')
  const heartbeat = makeHeartbeat(first.service, first.id, { children })
  return { ...fleet, nodes: [{ ...first, heartbeat }, ...others] }
}

const shop = openShop(makeFleetWithChildren)

it('the worker processes of a node are below the processes', async () => {
  const { page, problems } = await shop.open()
  const section = page.getByRole('region', { name: 'Worker processes' })
  await section.waitFor()
  const rows = await section
    .getByRole('row')
    .evaluateAll((all) =>
      all.map((row) => [...row.querySelectorAll('th, td')].map((cell) => cell.textContent?.trim()).join(' | ')),
    )
  expect(rows.slice(1)).toEqual([
    'node bullmq/main.js | 4131 | 0.42 | 96 MB | 3 h 10 min',
    'node bullmq/main.js | 4132 | 0.01 | 240 MB +144 MB in an hour | 3 h 10 min',
    'unknown | 4207 | – | – | –',
    'ffmpeg | 4133 | ended since the last beat | 38 s',
  ])
  expect(await section.textContent()).toContain('2 more processes')
  await checkLooks(page)
  expect(problems).toEqual([])
})

it('nothing is said of them where no node has any', async () => {
  shop.server.overview = makeShopFleet()
  const { page } = await shop.open()
  await page.getByRole('group', { name: 'Processes' }).waitFor()
  expect(await page.getByRole('region', { name: 'Worker processes' }).count()).toBe(0)
})
