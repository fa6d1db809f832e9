// When the page shows the fleet, in a real browser.
import { existsSync } from 'node:fs'
import { chromium } from 'playwright-core'

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
const WITHIN_MS = 120_000

/**
 * ms from the navigation to the first contentful paint, and to the first service or cluster on the page.
 *
 * @returns null without Chromium
 */
export async function firstPaint(url) {
  const executablePath = process.env.CHROMIUM_PATH ?? PLACES.find((path) => existsSync(path))
  if (!executablePath) return null
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--no-first-run'] })
  try {
    const page = await browser.newPage()
    const from = performance.now()
    await page.goto(url, { waitUntil: 'commit', timeout: WITHIN_MS })
    const service = page.getByRole('button', { name: /Health of service-/ })
    await service
      .or(page.getByRole('heading', { name: /^c0/ }))
      .first()
      .waitFor({ timeout: WITHIN_MS })
    const shownMs = performance.now() - from
    const paintMs = await page.evaluate(
      () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null,
    )
    return { paintMs, shownMs }
  } finally {
    await browser.close()
  }
}
