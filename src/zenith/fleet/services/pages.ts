import { performance } from 'node:perf_hooks'
import type { Page } from '../../../ports/index.js'
import { MAX_ROLLUP_BYTES } from '../../../protocol/read-limits.js'

/** One service with very much must not keep the others from being shown, ms. */
const WITHIN_MS = 4_000

/**
 * Reads on, page after page, and works on each before the next one comes, so that never more than one is held. Ends where the store
 * does, after {@link MAX_ROLLUP_BYTES}, or at a time: the next look goes on from there.
 *
 * @param until by `performance.now()`. @default 4 s from now
 */
export async function eachPage<T>(
  read: () => Promise<Page<T>>,
  work: (page: Page<T>) => Promise<void> | void,
  until = performance.now() + WITHIN_MS,
): Promise<void> {
  let bytes = 0
  for (;;) {
    const page = await read()
    await work(page)
    bytes += page.more?.bytes ?? 0
    if (!page.more || bytes >= MAX_ROLLUP_BYTES || performance.now() > until) return
  }
}
