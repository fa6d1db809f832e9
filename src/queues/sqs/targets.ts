import { performance } from 'node:perf_hooks'
import type { SqsApi } from './api.js'
import type { SqsError } from './errors.js'
import { inParallel } from './in-parallel.js'

/** A queue that is watched: its URL, or why that is not known. */
export interface Target {
  readonly name: string
  readonly at: string | SqsError
}

export type Targets = () => Promise<readonly Target[]>

/** ListQueues is a call for every thousand queues: new ones can wait. In ms. */
const LIST_EVERY_MS = 3_600_000
const MAX_PAGES = 50

/** Names are looked up once; one that is not found is looked up again the next time. */
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

/** All queues of the region, as they were in the last hour. */
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
      // What was known is better than nothing.
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

/** As people know them. Queues of several accounts may have one name: their URLs tell them apart by the account. */
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

/** The URL of a queue by its ARN, seen from another one: a dead-letter queue is in the same region. */
export function urlOfArn(arn: string, seenFrom: string): string | null {
  const [, , service, , account, name] = arn.split(':')
  if (service !== 'sqs' || !account || !name) return null
  const url = new URL(seenFrom)
  url.pathname = [...segmentsOf(seenFrom).slice(0, -2), account, name].join('/')
  return url.href
}
