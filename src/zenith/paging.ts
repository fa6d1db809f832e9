import { json } from './responses.js'

const MAX_LIMIT = 1_000
const DEFAULT_LIMIT = 100

/** `{ total, items }`: a part of a list, narrowed by `?service=`, cut by `?limit=` (1–1000) and `?offset=`. */
export function pageOf(url: URL, list: readonly { readonly service: string }[]): Response {
  const limit = readWhole(url, 'limit', DEFAULT_LIMIT)
  const offset = readWhole(url, 'offset', 0)
  if (limit === null || limit < 1 || limit > MAX_LIMIT)
    return badQuery('limit', `a whole number from 1 to ${MAX_LIMIT}`)
  if (offset === null) return badQuery('offset', 'a whole number from 0')
  const service = url.searchParams.get('service')
  const matching = service === null ? list : list.filter((item) => item.service === service)
  return json(200, { total: matching.length, items: matching.slice(offset, offset + limit) })
}

function readWhole(url: URL, name: string, otherwise: number): number | null {
  const value = url.searchParams.get(name)
  if (value === null) return otherwise
  return /^\d{1,9}$/.test(value) ? Number(value) : null
}

function badQuery(name: string, takes: string): Response {
  return json(400, { error: { code: 'bad_query', message: `\`${name}\` takes ${takes}.` } })
}
