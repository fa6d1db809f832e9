// What the requests are: decided by their numbers, so that two servers get the same.

/** From when on a request is slow, and for how long one hangs whose client does not wait, ms. */
export const SLOW_MS = 5
export const HANG_MS = 100

/** Of so many requests one is of the kind. */
const EVERY = { hang: 1_000, slow: 500, fail: 100 }

/** @returns `ok`, `fail`, `slow` or `hang` */
export function kindOf(number) {
  if (number % EVERY.hang === 7) return 'hang'
  if (number % EVERY.slow === 3) return 'slow'
  return number % EVERY.fail === 1 ? 'fail' : 'ok'
}

/** So many distinct paths over so many routes. */
export function pathOf(number, { routes, urls }) {
  const url = number % urls
  const kind = kindOf(number)
  return `/section-${url % routes}/items/${Math.floor(url / routes)}${kind === 'ok' ? '' : `?do=${kind}`}`
}
