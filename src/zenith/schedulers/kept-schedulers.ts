import type { Commands } from '../../ports.js'
import {
  encodeSegment,
  MAX_NAME_CHARS,
  MAX_RECORD_CHARS,
  type SchedulerDefinition,
  type SchedulerEntry,
} from '../../protocol/index.js'
import { type Fields, fieldsOf, own, readAmount, readObject, readText } from '../../protocol/read.js'
import { storeErrorInWords } from '../monitor/store-error.js'
import { Refusal } from '../queues/refusal.js'

const KIND = 'scheduler'

/** A scheduler that was taken out of its queue to be paused, and all that it takes to put it back. */
export interface KeptScheduler {
  /** Key of the queue. */
  readonly queue: string
  readonly definition: SchedulerDefinition
  /** Whether it is known what its jobs are. */
  readonly hasTemplate: boolean
  /** How often it had run, and when last. */
  readonly runs: number | null
  readonly last: number | null
  readonly pausedBy: string | null
  readonly pausedAt: number
}

/** The paused schedulers of systems that have no pause. Rejects with a `Refusal` when the store does not answer. */
export class KeptSchedulers {
  readonly #commands: Commands | null

  /** @param commands null where the store keeps nothing */
  constructor(commands: Commands | null) {
    this.#commands = commands
  }

  get canKeep(): boolean {
    return this.#commands !== null
  }

  async keep(kept: KeptScheduler): Promise<void> {
    const document = JSON.stringify(kept)
    if (document.length > MAX_RECORD_CHARS) {
      throw new Refusal('not_possible', `It can’t be kept: it has more than ${MAX_RECORD_CHARS} characters.`)
    }
    await asking(this.#commands?.keep(KIND, keyOf(kept.queue, kept.definition.id), document))
  }

  /** By {@link keyOf}. What can't be understood is left where it is. */
  async all(): Promise<ReadonlyMap<string, KeptScheduler>> {
    const documents = (await asking(this.#commands?.kept(KIND))) ?? new Map<string, string>()
    const all = new Map<string, KeptScheduler>()
    for (const [key, document] of documents) {
      const kept = parse(document)
      if (kept) all.set(key, kept)
    }
    return all
  }

  async forget(queue: string, id: string): Promise<void> {
    await asking(this.#commands?.forget(KIND, keyOf(queue, id)))
  }
}

/** @param queue its key, which holds no slash */
export function keyOf(queue: string, id: string): string {
  return `${queue}/${encodeSegment(id)}`
}

async function asking<T>(answer: Promise<T> | undefined): Promise<T | undefined> {
  try {
    return await answer
  } catch (error) {
    throw new Refusal('store_unavailable', storeErrorInWords(error))
  }
}

/** What it takes to put a scheduler back. */
export function definitionOf(entry: SchedulerEntry): SchedulerDefinition {
  const { id, name, cron, every, timezone, limit, from, until, data, options } = entry
  return { id, name, cron, every, timezone, limit, from, until, data: data ?? '{}', options: options ?? {} }
}

function parse(document: string): KeptScheduler | null {
  const fields = readObject(document)
  const definition = fields && parseDefinition(fieldsOf(own(fields, 'definition')))
  const queue = fields && own(fields, 'queue')
  if (!definition || typeof queue !== 'string') return null
  return {
    queue,
    definition,
    hasTemplate: own(fields, 'hasTemplate') === true,
    runs: readAmount(fields, 'runs'),
    last: readAmount(fields, 'last'),
    pausedBy: readText(fields, 'pausedBy', MAX_NAME_CHARS),
    pausedAt: readAmount(fields, 'pausedAt') ?? 0,
  }
}

/** Nothing of it is cut: it is put back as it was. */
function parseDefinition(fields: Fields | null): SchedulerDefinition | null {
  if (!fields) return null
  const text = (key: string) => {
    const value = own(fields, key)
    return typeof value === 'string' ? value : null
  }
  const [id, name] = [text('id'), text('name')]
  if (id === null || name === null) return null
  return {
    id,
    name,
    cron: text('cron'),
    every: readAmount(fields, 'every'),
    timezone: text('timezone'),
    limit: readAmount(fields, 'limit'),
    from: readAmount(fields, 'from'),
    until: readAmount(fields, 'until'),
    data: text('data') ?? '{}',
    options: fieldsOf(own(fields, 'options')) ?? {},
  }
}
