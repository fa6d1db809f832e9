/** Approximate size of a page, characters, estimated from the page before, and its size in entries. */
const PAGE_CHARS = 4_000_000
const FIRST_PAGE = 10
const MAX_PAGE = 1_000

/**
 * Reads entries in pages whose size does not grow with the payloads, until the consumer stops or there are no more.
 *
 * @param from position of the first entry; `to`: of the last
 * @param read returns up to `count` entries from a position
 */
export async function* pagesOf<T extends { readonly text: string }>(
  [from, to]: readonly [number, number],
  read: (start: number, count: number) => Promise<readonly T[]>,
): AsyncGenerator<readonly T[]> {
  let size = FIRST_PAGE
  for (let start = from; start <= to; ) {
    const page = await read(start, Math.min(size, to - start + 1))
    if (page.length === 0) return
    yield page
    start += page.length
    const chars = page.reduce((sum, { text }) => sum + text.length, 0)
    size = Math.max(1, Math.min(MAX_PAGE, Math.floor((PAGE_CHARS * page.length) / Math.max(1, chars))))
  }
}
