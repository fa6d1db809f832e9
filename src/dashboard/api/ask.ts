import { Overview } from '../../api/overview.js'
import { AnswerError, fetchJson } from './fetch-json.js'

export type Answer = { overview: Overview } | { problem: string; code: string | null }

/** Asks for the whole state: when the stream is silent or refused, this tells why in words. */
export async function askOverview(url: string): Promise<Answer> {
  try {
    return { overview: await fetchJson(url, Overview) }
  } catch (error) {
    return error instanceof AnswerError
      ? { problem: error.message, code: error.code }
      : { problem: String(error), code: null }
  }
}
