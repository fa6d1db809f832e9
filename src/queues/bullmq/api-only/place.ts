import { invalidOption } from '../../../lib/errors.js'
import type { ApiQueue } from './types.js'

/**
 * The location of the queues, without secrets: `127.0.0.1:5432/shop bullmq`.
 *
 * @throws if they are in several places
 */
export function placeOfAll(queues: readonly ApiQueue[]): string {
  const places = new Set(queues.map(placeOfQueue))
  const [place = ''] = places
  if (places.size === 1) return place
  throw invalidOption('bullmqQueues', 'queues', 'queues of one database; make a source for each')
}

/** The connection is a URL, options of node-postgres, or one of its pools. */
function placeOfQueue({ opts: { connection } }: ApiQueue): string {
  if (typeof connection === 'string') return placeOf(partsOf(connection))
  const options = fieldsOf(connection)
  const own = fieldsOf(options.options)
  const fields = typeof options.query === 'function' ? own : options
  const url = typeof fields.connectionString === 'string' ? partsOf(fields.connectionString) : {}
  return placeOf({ ...url, ...fields })
}

function placeOf({ host, port, database, schema }: Readonly<Record<string, unknown>>): string {
  const where = `${textOf(host) ?? 'localhost'}:${textOf(port) ?? '5432'}/${textOf(database) ?? ''}`
  return `${where} ${textOf(schema) ?? 'bullmq'}`
}

function partsOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const url = new URL(text)
    return { host: url.hostname, port: url.port || '5432', database: decodeURIComponent(url.pathname.slice(1)) }
  } catch {
    return {}
  }
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {}
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null
}
