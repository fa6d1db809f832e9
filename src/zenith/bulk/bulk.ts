import { randomUUID } from 'node:crypto'
import type { BulkOperation, BulkResult, JobAction, JobSelection } from '../../protocol/index.js'
import { storeErrorInWords } from '../monitor/store-error.js'
import { withTimeout } from '../monitor/wait.js'
import type { Actor } from '../queues/act.js'
import type { Queues } from '../queues/queues.js'
import { isRefusal, Refusal } from '../queues/refusal.js'
import { dryRun } from './dry-run.js'
import { KEEP_MS, KeptOperations, MAX_KEPT } from './kept-operations.js'
import { Operation, type Target } from './operation.js'
import { run } from './run.js'
import { outcomeOf, targetOf } from './words.js'

/** How many dry runs go on at the same time. */
const MAX_COUNTING = 3
/** How many jobs are remembered over all operations: some 40 MB. The oldest lose their results first. */
const MAX_REMEMBERED = 300_000
/** How often other Zeniths are told how far an operation is, ms. */
const BEAT_MS = 2_000
/** So long is waited for an operation to end that was told to, ms. */
const STOP_WITHIN_MS = 5_000

/** Things that are done with many jobs: first a dry run that changes nothing, then, if it is started, in the background. */
export class BulkOperations {
  readonly #queues: Pick<Queues, 'able' | 'changeable' | 'commands' | 'act' | 'touch'>
  readonly #kept: KeptOperations
  /** The oldest first. */
  readonly #own = new Map<string, Operation>()
  #isClosed = false

  constructor(queues: Pick<Queues, 'able' | 'changeable' | 'commands' | 'act' | 'touch'>) {
    this.#queues = queues
    this.#kept = new KeptOperations(queues.commands, randomUUID())
  }

  /** Begins a dry run. Rejects with a `Refusal`. */
  async create(by: Actor, action: JobAction, selection: JobSelection): Promise<BulkOperation> {
    const keys = [...new Set(selection.queues)]
    const targets = await Promise.all(keys.map((key) => this.#find(key, action)))
    this.#refuseWhenBusy()
    const operation = new Operation(action, selection, targets, by)
    this.#own.set(operation.id, operation)
    this.#makeRoom()
    operation.ended = dryRun(operation).then(() => this.#makeRoom())
    return operation.view
  }

  /** Does what the dry run found. Settles when it has begun; rejects with a `Refusal` when it does not. */
  async start(by: Actor, id: string): Promise<BulkOperation> {
    const operation = await this.#get(id)
    await this.#refuseElsewhere(operation)
    this.#refuseToStart(operation)
    operation.phase = 'running'
    operation.startedAt = Date.now()
    await new Promise<void>((resolve, reject) => {
      operation.ended = this.#perform(by, operation, resolve).catch((error) => {
        // Nothing was done: it can be started again.
        if (!operation.hasEnded) operation.phase = 'ready'
        reject(error)
      })
    })
    return operation.view
  }

  /** Ends it before its time: what is done stays done. Settles when it has ended, or after a few seconds. */
  async cancel(by: Actor, id: string): Promise<BulkOperation> {
    const operation = await this.#get(id)
    if (operation.hasEnded) throw new Refusal('not_possible', 'This operation has ended.')
    const reason = by.user === null ? 'cancelled' : `cancelled by ${by.user}`
    if (operation.phase === 'running') await this.#cancelRun(by, operation, reason)
    else if (operation.phase === 'ready') operation.end('cancelled')
    else await stop(operation, 'cancelled', reason)
    return operation.view
  }

  /** The newest first, those of other Zeniths too. Rejects with a `Refusal` when the store does not answer. */
  async list(): Promise<BulkOperation[]> {
    this.#makeRoom()
    const own = [...this.#own.values()].map(({ view }) => view)
    const all = [...own, ...(await this.#others())]
    return all.sort((a, b) => b.asOf - a.asOf).slice(0, MAX_KEPT)
  }

  async get(id: string): Promise<BulkOperation> {
    const own = this.#own.get(id)?.view
    if (own) return own
    const other = (await this.#others()).find((operation) => operation.id === id)
    if (other) return other
    throw new Refusal('not_found', 'There is no such operation, or it was too long ago.')
  }

  /** What became of single jobs. @param ok those that it was done with, or the others; null: all */
  async results(id: string, ok: boolean | null, offset: number, limit: number) {
    const { work, isReleased } = await this.#get(id)
    if (isReleased) throw new Refusal('not_found', 'The results of this operation went to make room for newer ones.')
    const items: BulkResult[] = []
    let total = 0
    for (const result of work.results(ok)) {
      if (total >= offset && items.length < limit) items.push(result)
      total += 1
    }
    return { total, items }
  }

  /** Ends what goes on. Never rejects. */
  async close(): Promise<void> {
    this.#isClosed = true
    const going = [...this.#own.values()].filter(({ phase }) => phase === 'running' || phase === 'counting')
    await Promise.all(going.map((operation) => stop(operation, 'interrupted', 'this Zenith was ended')))
  }

  async #find(key: string, action: JobAction): Promise<Target> {
    const queue = await this.#queues.able(key, 'list')
    try {
      await this.#queues.changeable(key, action)
      return { queue, obstacle: null }
    } catch (error) {
      if (isRefusal(error) && (error.code === 'not_supported' || error.code === 'read_only')) {
        return { queue, obstacle: error.message }
      }
      throw error
    }
  }

  /** An operation of this Zenith. */
  async #get(id: string): Promise<Operation> {
    const own = this.#own.get(id)
    if (own) return own
    await this.get(id)
    throw new Refusal('not_possible', 'Another Zenith, or one that ended, has this operation.')
  }

  async #others(): Promise<BulkOperation[]> {
    try {
      return await this.#kept.others()
    } catch (error) {
      throw new Refusal('store_unavailable', storeErrorInWords(error))
    }
  }

  #refuseWhenBusy(): void {
    const counting = [...this.#own.values()].filter(({ phase }) => phase === 'counting')
    if (this.#isClosed) throw new Refusal('not_possible', 'This Zenith is being ended.')
    if (counting.length < MAX_COUNTING) return
    throw new Refusal(
      'not_possible',
      `${MAX_COUNTING} operations are being counted already. Wait for one, or cancel it.`,
    )
  }

  #refuseToStart({ phase, queues }: Operation): void {
    if (this.#isClosed) throw new Refusal('not_possible', 'This Zenith is being ended.')
    if (phase === 'counting') throw new Refusal('not_possible', 'The jobs are still being counted.')
    if (phase === 'running') throw new Refusal('not_possible', 'This operation is running already.')
    if (phase !== 'ready') throw new Refusal('not_possible', 'This operation has ended.')
    const running = [...this.#own.values()].filter((other) => other.phase === 'running')
    for (const { key, name } of queues) {
      if (running.some((other) => other.queues.some((queue) => queue.key === key))) throw busy(name)
    }
  }

  async #refuseElsewhere({ queues }: Operation): Promise<void> {
    const running = (await this.#others()).filter(({ phase }) => phase === 'running')
    const taken = queues.find(({ key }) => running.some(({ selection }) => selection.queues.includes(key)))
    if (taken) throw busy(taken.name)
  }

  /** @param begun called when the intent is written and others know of it */
  async #perform(by: Actor, operation: Operation, begun: () => void): Promise<void> {
    const { id, action, queues } = operation
    await this.#queues.act({
      by,
      action: `bulk ${action}`,
      queue: queues.length === 1 ? (queues[0] ?? null) : null,
      target: targetOf(operation),
      operation: id,
      within: null,
      perform: async () => {
        await this.#tell(operation)
        begun()
        await this.#runTelling(operation)
      },
      tell: () => ({
        ok: operation.phase === 'done' && operation.work.skipped.total === 0,
        detail: outcomeOf(operation),
      }),
    })
  }

  async #runTelling(operation: Operation): Promise<void> {
    let telling: Promise<void> | null = null
    // How far it is now matters, not how far it was: none is sent while one is under way.
    const timer = setInterval(() => {
      telling ??= this.#tell(operation)
        .catch(() => {})
        .finally(() => {
          telling = null
        })
    }, BEAT_MS).unref()
    await run(operation)
    clearInterval(timer)
    for (const queue of operation.queues) this.#queues.touch(queue)
    await telling
    await this.#tell(operation).catch(() => {})
    await this.#kept.prune().catch(() => {})
    this.#makeRoom()
  }

  async #tell({ view }: Operation): Promise<void> {
    try {
      await this.#kept.keep(view)
    } catch (error) {
      throw new Refusal('store_unavailable', storeErrorInWords(error))
    }
  }

  async #cancelRun(by: Actor, operation: Operation, reason: string): Promise<void> {
    const { action, queues } = operation
    await this.#queues.act({
      by,
      action: `bulk ${action} cancel`,
      queue: queues.length === 1 ? (queues[0] ?? null) : null,
      target: targetOf(operation),
      perform: () => stop(operation, 'cancelled', reason),
      tell: () => ({ ok: operation.phase === 'cancelled', detail: outcomeOf(operation) }),
    })
  }

  /** Operations that are old, or too many, go; of those that stay the oldest lose their results when there are too many jobs. */
  #makeRoom(): void {
    const idle = [...this.#own.values()].filter(({ phase }) => phase !== 'running' && phase !== 'counting')
    const surplus = this.#own.size - MAX_KEPT
    const gone = idle.filter(({ asOf, endedAt }, index) => index < surplus || (endedAt ?? asOf) < Date.now() - KEEP_MS)
    for (const { id } of gone) this.#own.delete(id)
    for (const operation of idle) {
      if (this.#remembered <= MAX_REMEMBERED) return
      if (this.#own.has(operation.id)) release(operation)
    }
  }

  get #remembered(): number {
    return [...this.#own.values()].reduce((sum, { work }) => sum + work.size, 0)
  }
}

function release(operation: Operation): void {
  if (operation.phase === 'ready')
    operation.end('cancelled', 'It was not started, and its list of jobs went to make room for newer ones.')
  operation.release()
}

async function stop(operation: Operation, as: 'cancelled' | 'interrupted', reason: string): Promise<void> {
  operation.stop ??= { as, reason }
  await withTimeout(operation.ended, STOP_WITHIN_MS).catch(() => {})
}

function busy(name: string): Refusal {
  return new Refusal('not_possible', `Another operation is running in ${name}. Wait for it, or cancel it.`)
}
