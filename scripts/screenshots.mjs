/**
 * Takes the pictures of the documentation from a running demo.
 *
 *   npm run demo                              # prints a link
 *   node scripts/screenshots.mjs <link> [folder]
 *
 * Let the demo run for a few minutes first, so that the charts have a past. CHROMIUM_PATH is the browser's path, by default /usr/bin/chromium.
 */
import { join } from 'node:path'
import { chromium } from 'playwright-core'

const SHOTS = [
  { name: 'pulse', query: '?period=5m', width: 1920, height: 1500, colorScheme: 'dark' },
  {
    name: 'service-light',
    query: '?page=service&service=catalog-api&period=5m',
    width: 1280,
    height: 1060,
    colorScheme: 'light',
  },
]
/** The stream, the charts and their fonts have arrived. */
const SETTLE_MS = 4_000

const [link, folder = 'docs/images'] = process.argv.slice(2)
if (!link) throw new Error('Give the link that the demo prints: node scripts/screenshots.mjs http://127.0.0.1:…')

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--hide-scrollbars'],
})
try {
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(link)
  await page.waitForSelector('#main')
  const home = page.url().split('?')[0]
  for (const { name, query, width, height, colorScheme } of SHOTS) {
    await page.setViewportSize({ width, height })
    await page.emulateMedia({ colorScheme })
    await page.goto(home + query)
    await page.waitForTimeout(SETTLE_MS)
    await page.screenshot({ path: join(folder, `${name}.png`) })
  }
} finally {
  await browser.close()
}
