import { performance } from 'node:perf_hooks'
import type { SqsApi } from './api.js'
import type { SqsError } from './errors.js'
import { inParallel } from './in-parallel.js'

/** A watched queue: its URL, or the error if that is unknown. */
export interface Target {
  readonly name: string
  readonly at: string | SqsError
}

export type Targets = () => Promise<readonly Target[]>

/** ListQueues makes one call per thousand queues, and new queues can wait. ms */
const LIST_EVERY_MS = 3_600_000
const MAX_PAGES = 50

/** Looks up each name once; a name that was not found is looked up again at the next call. */
export function givenTargets(api: SqsApi, queues: readonly string[]): Targets {
  const names = shownNames(queues)
  const urls = new Map(queues.filter(isUrl).map((url) => [url, url]))

  async function find(queue: string): Promise<string | SqsError> {
    try {
      const url = urls.get(queue) ?? (await api.urlOf(queue))
      urls.set(queue, url)
      return url
    } catch (error) {
      return error as SqsError
    }
  }

  return () => inParallel(queues, async (queue, index) => ({ name: names[index] ?? queue, at: await find(queue) }))
}

/** All queues of the region, as listed within the last hour. */
export function listedTargets(api: SqsApi): Targets {
  let listed: readonly Target[] | null = null
  let listedAt = Number.NEGATIVE_INFINITY
  return async () => {
    if (listed && performance.now() - listedAt < LIST_EVERY_MS) return listed
    try {
      const urls = await allUrls(api)
      const names = shownNames(urls)
      listed = urls.map((url, index) => ({ name: names[index] ?? url, at: url }))
    } catch (error) {
      // An old list is better than none.
      if (!listed) throw error
    }
    listedAt = performance.now()
    return listed
  }
}

async function allUrls(api: SqsApi): Promise<string[]> {
  const urls: string[] = []
  let after: string | null = null
  for (let page = 0; page < MAX_PAGES; page++) {
    const { urls: found, next } = await api.list(after)
    urls.push(...found)
    if (next === null) break
    after = next
  }
  return urls
}

/** Names for users. Queues of several accounts may share a name: then the account from the URL distinguishes them. */
export function shownNames(queues: readonly string[]): string[] {
  const times = new Map<string, number>()
  for (const name of queues.map(nameOf)) times.set(name, (times.get(name) ?? 0) + 1)
  return queues.map((queue) => {
    const name = nameOf(queue)
    const account = isUrl(queue) && (times.get(name) ?? 0) > 1 ? accountOf(queue) : null
    return account === null ? name : `${account}/${name}`
  })
}

function isUrl(queue: string): boolean {
  return /^https?:\/\//i.test(queue)
}

export function nameOf(queue: string): string {
  return isUrl(queue) ? (segmentsOf(queue).at(-1) ?? '') : queue
}

export function accountOf(url: string): string | null {
  return segmentsOf(url).at(-2) ?? null
}

function segmentsOf(url: string): string[] {
  return URL.canParse(url) ? new URL(url).pathname.split('/').filter(Boolean) : []
}

/** The URL of a queue from its ARN and another queue's URL: a dead-letter queue is in the same region. */
export function urlOfArn(arn: string, seenFrom: string): string | null {
  const [, , service, , account, name] = arn.split(':')
  if (service !== 'sqs' || !account || !name) return null
  const url = new URL(seenFrom)
  url.pathname = [...segmentsOf(seenFrom).slice(0, -2), account, name].join('/')
  return url.href
}
