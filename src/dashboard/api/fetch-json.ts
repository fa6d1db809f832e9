import type { GenericSchema, Infer } from '../../api/schema.js'
import { TOKEN_HEADER } from '../../api/session.js'
import { hasShape } from '../../api/shape.js'

const ANSWER_WITHIN_MS = 8_000
/** A change may take longer: it goes to the queue's own system, ms. */
const CHANGED_WITHIN_MS = 60_000

/** An answer that is none, told in words. */
export class AnswerError extends Error {
  /** The HTTP status; null when there was no answer. */
  readonly status: number | null
  /** What Zenith calls the problem: `not_supported`; null where it said none. */
  readonly code: string | null

  constructor(message: string, status: number | null, code: string | null = null) {
    super(message)
    this.status = status
    this.code = code
  }
}

/** Who asks: a query, or what sends a change. */
export interface Asker {
  /** The query client that it belongs to. */
  readonly client: object
  readonly signal?: AbortSignal
}

const bases = new WeakMap<object, string>()

/** Sends all requests of a query client to one cluster, whichever the page shows by then. @param base `api/`, or `api/c/staging/` */
export function askAt(client: object, base: string): void {
  bases.set(client, base)
}

/** Where a path of the API is, for a query client. @param path `api/queues` */
export function pathFor(client: object, path: string): string {
  return path.replace('api/', bases.get(client) ?? 'api/')
}

/**
 * Asks Zenith's API.
 *
 * @param path of the API: `api/queues`
 * @param schema of the answer
 * @param asker omitted: the path is relative to the page
 * @throws AnswerError
 */
export async function fetchJson<S extends GenericSchema>(path: string, schema: S, asker?: Asker): Promise<Infer<S>> {
  const url = asker ? pathFor(asker.client, path) : path
  return readAnswer(await ask(url, {}, AbortSignal.timeout(ANSWER_WITHIN_MS), asker?.signal), schema)
}

/**
 * Has Zenith change something.
 *
 * @param token of the session, without which it is refused
 * @throws AnswerError
 */
export async function postJson<S extends GenericSchema>(
  path: string,
  body: object,
  token: string,
  schema: S,
  { client, signal }: Asker,
): Promise<Infer<S>> {
  const headers = { 'content-type': 'application/json', [TOKEN_HEADER]: token }
  const request = { method: 'POST', body: JSON.stringify(body), headers }
  return readAnswer(await ask(pathFor(client, path), request, AbortSignal.timeout(CHANGED_WITHIN_MS), signal), schema)
}

async function readAnswer<S extends GenericSchema>(response: Response, schema: S): Promise<Infer<S>> {
  const body: unknown = await response.json().catch(() => null)
  if (!response.ok) throw refusal(response.status, body)
  if (!hasShape(schema, body))
    throw new AnswerError('Zenith sent an answer that this page does not understand.', response.status)
  return body
}

async function ask(url: string, request: RequestInit, ...signals: (AbortSignal | undefined)[]): Promise<Response> {
  try {
    return await fetch(url, {
      ...request,
      headers: { accept: 'application/json', ...request.headers },
      credentials: 'same-origin',
      cache: 'no-store',
      signal: AbortSignal.any(signals.filter((signal) => signal !== undefined)),
    })
  } catch {
    throw new AnswerError('Zenith does not answer. Is it running, and is the network up?', null)
  }
}

interface Problem {
  error?: { code?: unknown; message?: unknown }
}

/** What Zenith says of a queue is said on; what may come from a proxy as well is told by its status. */
function refusal(status: number, body: unknown): AnswerError {
  const { code, message } = (body as Problem | null)?.error ?? {}
  const name = typeof code === 'string' ? code : null
  const words = typeof message === 'string' && name && SAYS_WHY.has(name) ? message : describeStatus(status)
  return new AnswerError(OWN_WORDS[name ?? ''] ?? words, status, name)
}

const SAYS_WHY: ReadonlySet<string> = new Set([
  'bad_query',
  'bad_body',
  'bad_search',
  'no_archive',
  'archive_unavailable',
  'too_large',
  'not_found',
  'not_connected',
  'not_supported',
  'not_possible',
  'last_admin',
  'people_unavailable',
  'read_only',
  'no_audit',
  'forbidden',
  'audit_unavailable',
  'queue_denied',
  'queue_replica',
  'queue_full',
  'queue_unavailable',
  'store_unavailable',
  'cluster_needed',
  'same_redis',
])

const OWN_WORDS: Readonly<Record<string, string>> = {
  foreign: 'Zenith rejected the change because your session has changed. Reload the page.',
}

function describeStatus(status: number): string {
  if (status === 401) return 'You are no longer logged in to Zenith. Reload the page.'
  if (status === 403 || status === 404)
    return `You don’t have access, or Zenith is not mounted here (status ${status}).`
  if (status === 413) return 'A proxy or body parser in front of Zenith rejected this as too large (status 413).'
  if (status === 429) return 'Too many requests (status 429). The page tries again in a moment.'
  return `Zenith answered with status ${status}.`
}
