import { expect, it } from 'vitest'
import { NARROWED_BY } from '../../src/dashboard/routing/narrowing.js'
import { PAGE_NAMES, type PageName, paramsOf, type Target } from '../../src/dashboard/routing/pages.js'
import { parseUrl, writeUrl } from '../../src/dashboard/routing/url.js'
import { checkLooks } from './fixture/looks.js'
import { makeShopWithQueues, openShop } from './fixture/shop-pages.js'

const shop = openShop(makeShopWithQueues)

/** Values that leave something to be seen in the shop. */
const VALUES: Readonly<Record<string, string>> = {
  ...{ user: 'ada', action: 'retry', ofQueue: 'mail', via: 'password', address: '203.0.113.7' },
  service: 'shop-api',
  env: 'production',
  version: '3.2.1',
  q: 'or',
  series: 'POST /orders',
  find: 'mail',
  fingerprint: 'fp-price',
  trace: '4bf92f3577b34da6a3ce929d0e0e4736',
}
const [QUEUE] = makeShopWithQueues().queues.filter(({ name }) => name === 'mail')
const SUBJECTS: Readonly<Partial<Record<PageName, object>>> = {
  services: { service: '' },
  service: { service: 'shop-api' },
  queue: { queue: QUEUE?.key },
  job: { queue: QUEUE?.key, job: '1' },
  route: { service: 'shop-api', series: 'POST /orders' },
}

it.each(PAGE_NAMES.filter((page) => NARROWED_BY[page].length > 0))(
  'what narrows the page %s is a chip there, and goes by a click',
  async (name) => {
    const keys = NARROWED_BY[name].filter((key) => !(name === 'services' && key === 'service'))
    const values = Object.fromEntries(keys.map((key) => [key, VALUES[key]]))
    const { page, problems } = await shop.open(
      writeUrl(parseUrl(''), { page: name, ...SUBJECTS[name], ...values } as Target),
    )
    const group = page.getByRole('group', { name: 'What narrows this page' })
    await group.waitFor()
    // The page takes the place of what stands for it while it is being loaded.
    const shown = () => group.getByRole('button').evaluateAll(chipTexts)
    await expect.poll(shown, { timeout: 15_000 }).toEqual(keys.map((key) => VALUES[key]))
    await checkLooks(page)
    // The last first: a service takes its route with it.
    for (const key of [...keys].reverse()) {
      await group.getByRole('button').last().click()
      const param = paramsOf(name).find(([known]) => known === key)?.[1].name ?? ''
      await page.waitForFunction((gone) => !new URLSearchParams(location.search).has(gone), param)
    }
    await group.waitFor({ state: 'detached' })
    expect(problems).toEqual([])
  },
)

function chipTexts(chips: Element[]): (string | null | undefined)[] {
  return chips.map((chip) => chip.children[1]?.textContent)
}
