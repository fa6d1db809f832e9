import { expect, it } from 'vitest'
import { makeShopWithQueues, openShop } from './fixture/shop-pages.js'

const shop = openShop(makeShopWithQueues)

it('the health of a service is the same on Pulse, in the table of services and on its own page', async () => {
  const { page } = await shop.open('')
  const scores = page.getByRole('button', { name: /^Health of / })
  await scores.first().waitFor()
  const names = await scores.evaluateAll((buttons) => buttons.map((button) => button.getAttribute('aria-label') ?? ''))
  const onPulse = new Map(names.map((name) => /^Health of (.+): (\S+) of/.exec(name)?.slice(1, 3) as [string, string]))
  expect(onPulse.size).toBeGreaterThan(3)

  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Services' }).click()
  const table = page.getByRole('group', { name: 'Services' })
  await table.waitFor()
  for (const [service, score] of onPulse) {
    const row = table.getByRole('row').filter({ has: page.getByRole('link', { name: service, exact: true }) })
    expect(await row.locator('b').first().textContent(), service).toBe(score === 'unknown' ? '–' : score)
  }
  for (const [service, score] of onPulse) {
    await page.goto(`${new URL(page.url()).origin}${new URL(page.url()).pathname}?page=service&service=${service}`)
    const own = page.getByRole('button', { name: new RegExp(`^Health of ${service}: `) })
    await own.waitFor()
    expect(await own.getAttribute('aria-label')).toContain(`: ${score} of 100`)
  }
})
