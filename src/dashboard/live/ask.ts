import type { Overview } from '../../protocol/overview.js'

const ANSWER_WITHIN_MS = 8_000

export type Answer = { overview: Overview } | { problem: string }

/** Asks for the whole state: when the stream is silent or refused, this tells why in words. */
export async function askOverview(url: string): Promise<Answer> {
  try {
    const response = await fetch(url, {
      headers: { accept: 'application/json' },
      credentials: 'same-origin',
      cache: 'no-store',
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    })
    if (!response.ok) return { problem: describeStatus(response.status) }
    const body: unknown = await response.json()
    return isOverview(body) ? { overview: body } : { problem: 'Zenith answered something that is no overview.' }
  } catch {
    return { problem: 'Zenith does not answer. Is it running, and is the network up?' }
  }
}

function describeStatus(status: number): string {
  if (status === 401) return 'You are not signed in to Zenith any more. Load the page again.'
  if (status === 403 || status === 404) return `You may not see this, or Zenith is not mounted here (status ${status}).`
  if (status === 429) return 'Zenith was asked too often (status 429). It is asked again in a moment.'
  return `Zenith answered with status ${status}.`
}

function isOverview(body: unknown): body is Overview {
  if (typeof body !== 'object' || body === null) return false
  return 'at' in body && typeof body.at === 'number' && 'nodes' in body && Array.isArray(body.nodes)
}
