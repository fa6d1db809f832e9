import { expect, it } from 'vitest'
import { checkLooks } from './fixture/looks.js'
import { openShop } from './fixture/shop-pages.js'

const { open } = openShop()

it('a row of the list of processes opens its page: charts, figures and facts', async () => {
  const { page, problems } = await open('?page=service&service=shop-api')
  const row = page.getByRole('group', { name: 'Processes', exact: true }).getByRole('row').filter({ hasText: 'web-2' })
  await row.getByRole('cell').nth(2).click()
  await page.getByRole('heading', { level: 1, name: 'web-2' }).waitFor()
  expect(page.url()).toContain('?page=service&service=shop-api&node=web-2')
  await page.getByRole('img', { name: 'CPU of the process' }).waitFor()
  await page.getByText('heap limit', { exact: true }).waitFor()
  await page.getByText('disk /var/lib/uploads').waitFor()
  await checkLooks(page)
  await page.keyboard.press('Escape')
  await page.getByRole('heading', { level: 1, name: 'shop-api' }).waitFor()
  expect(problems).toEqual([])
})

it('says so when no process has this id', async () => {
  const { page } = await open('?page=service&service=shop-api&node=nothing')
  await page.getByText('No process with this id reports').waitFor()
})
