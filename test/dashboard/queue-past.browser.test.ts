import { describe, expect, it } from 'vitest'
import { checkLooks } from './fixture/looks.js'
import { makeShopWithQueues, openShop } from './fixture/shop-pages.js'

const shop = openShop(makeShopWithQueues)

const UNCOUNTED = 'sqs|clickstream'

describe('the past of a queue', () => {
  it('is charted over the period of the URL, and its jobs by name lead to their charts and records', async () => {
    const { page, problems } = await shop.open('?page=queues&queue=bullmq%7Cmail')
    const table = page.getByRole('group', { name: 'Jobs by name' })
    await table.getByRole('button', { name: 'send-receipt' }).waitFor()
    const first = () => table.locator('tbody [data-row]').first().textContent()
    expect(await first()).toBe('send-receipt')
    await table.getByRole('button', { name: 'Max' }).click()
    expect(await first()).toBe('weekly-digest')

    await page.getByText('1 h', { exact: true }).click()
    expect(new URL(page.url()).searchParams.get('period')).toBe('1h')
    const asked = page.waitForRequest((request) => request.url().includes('name=send-welcome'))
    await table.getByRole('button', { name: 'send-welcome' }).click()
    expect(new URL((await asked).url()).searchParams.get('period')).toBe('1h')
    expect(new URL(page.url()).searchParams.get('route')).toBe('send-welcome')
    const hrefOf = (name: string) => page.locator('#main').getByRole('link', { name, exact: true }).getAttribute('href')
    expect(await hrefOf('Slow runs')).toContain('page=slow&service=shop-worker&route=send-welcome')
    expect(await hrefOf('Exceptions')).not.toBeNull()
    expect(await hrefOf('Failed jobs')).toContain('find=send-welcome')
    await page.getByTitle('Job: send-welcome. Remove this filter').click()
    expect(new URL(page.url()).searchParams.get('route')).toBeNull()
    expect(problems).toEqual([])
    await checkLooks(page)
  })

  it('without a figure says why instead of drawing nothing', async () => {
    const { page } = await shop.open(`?page=queues&queue=${encodeURIComponent(UNCOUNTED)}`)
    const chart = (name: RegExp) => page.getByRole('figure').filter({ hasText: name })
    await chart(/In and out.*No figures: not every system counts jobs in and out/s).waitFor()
    await page.getByRole('img', { name: 'In and out: No figures' }).waitFor()
    expect(await chart(/Backlog.*No figures/s).count()).toBe(0)
    await checkLooks(page)
  })

  it('of a queue without a followed worker says how to follow one, and draws nothing', async () => {
    const { page } = await shop.open('?page=queues&queue=bull%7Cthumbnails')
    await page.getByText('No followed worker ran a job of this queue in the last hour').waitFor()
    expect(await page.getByRole('figure').filter({ hasText: 'Run time' }).count()).toBe(0)
  })
})
