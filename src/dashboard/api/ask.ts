import type { Overview } from '../../protocol/overview.js'
import { AnswerError, fetchJson } from './fetch-json.js'

export type Answer = { overview: Overview } | { problem: string }

/** Asks for the whole state: when the stream is silent or refused, this tells why in words. */
export async function askOverview(url: string): Promise<Answer> {
  try {
    return { overview: await fetchJson<Overview>(url, isOverview) }
  } catch (error) {
    return { problem: error instanceof AnswerError ? error.message : String(error) }
  }
}

function isOverview(body: object): boolean {
  return 'at' in body && typeof body.at === 'number' && 'nodes' in body && Array.isArray(body.nodes)
}
