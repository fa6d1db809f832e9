import type { IncomingMessage } from 'node:http'
import { pathOf } from './path-of.js'

/** What frameworks that mount handlers by cutting their path off a request's URL leave behind. */
interface CutRequest extends IncomingMessage {
  readonly originalUrl?: string
  /** Express. */
  readonly baseUrl?: unknown
}

/** How much of a request's path was taken by mounts, as the client wrote it; empty when nothing was. */
export function takenPath({ originalUrl, url = '/', baseUrl = '' }: CutRequest): string {
  const whole = pathOf(originalUrl ?? url)
  const rest = pathOf(url)
  const isCut = whole !== rest && (rest === '/' || whole.endsWith(rest))
  const taken = isCut ? whole.slice(0, whole.length - (whole.endsWith(rest) ? rest.length : 0)) : ''
  return taken || String(baseUrl)
}

/**
 * The pattern of the mount that took this much of a path, or the beginning of it: the longest one.
 *
 * @param patterns as the app wrote them; only text and whole segments such as `:id` are understood
 */
export function mountTaking(patterns: Iterable<string>, taken: string): string | null {
  const segments = segmentsOf(taken.toLowerCase())
  let longest: string[] = []
  for (const pattern of patterns) {
    const own = segmentsOf(pattern)
    const fits = own.every((segment, index) => takes(segment, segments[index]))
    if (fits && own.length > longest.length) longest = own
  }
  return longest.length === 0 ? null : `/${longest.join('/')}`
}

function takes(segment: string, part: string | undefined): boolean {
  return part !== undefined && (/^:\w+$/.test(segment) || segment.toLowerCase() === part)
}

function segmentsOf(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '')
}
