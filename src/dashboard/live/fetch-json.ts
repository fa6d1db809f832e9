const ANSWER_WITHIN_MS = 8_000

/** An answer that is none, told in words. */
export class AnswerError extends Error {
  /** The HTTP status; null when there was no answer. */
  readonly status: number | null

  constructor(message: string, status: number | null) {
    super(message)
    this.status = status
  }
}

/**
 * Asks Zenith's API.
 *
 * @param path relative to the page
 * @param isRight whether the answer has the shape of a `T`
 * @throws AnswerError
 */
export async function fetchJson<T>(path: string, isRight: (body: object) => boolean, signal?: AbortSignal): Promise<T> {
  const response = await ask(path, signal)
  if (!response.ok) throw new AnswerError(describeStatus(response.status), response.status)
  const body: unknown = await response.json().catch(() => null)
  if (typeof body !== 'object' || body === null || !isRight(body))
    throw new AnswerError('Zenith answered something that this page does not know.', response.status)
  return body as T
}

async function ask(path: string, signal?: AbortSignal): Promise<Response> {
  const tooLate = AbortSignal.timeout(ANSWER_WITHIN_MS)
  try {
    return await fetch(path, {
      headers: { accept: 'application/json' },
      credentials: 'same-origin',
      cache: 'no-store',
      signal: signal ? AbortSignal.any([signal, tooLate]) : tooLate,
    })
  } catch {
    throw new AnswerError('Zenith does not answer. Is it running, and is the network up?', null)
  }
}

function describeStatus(status: number): string {
  if (status === 401) return 'You are not signed in to Zenith any more. Load the page again.'
  if (status === 403 || status === 404) return `You may not see this, or Zenith is not mounted here (status ${status}).`
  if (status === 429) return 'Zenith was asked too often (status 429). It is asked again in a moment.'
  return `Zenith answered with status ${status}.`
}
