import {
  encodePayloads,
  type FinishedJob,
  type FinishedJobs,
  type FinishedQueue,
  MAX_JOB_ERROR_CHARS,
  PROTOCOL_VERSION,
  payloadContext,
  type SealedPayloads,
} from '../../protocol/index.js'
import { redactName } from '../../redaction/name.js'
import { work } from '../../redaction/source.js'
import { maskedWithin } from '../../redaction/within.js'
import { seal, sealNow } from '../../signing/seal.js'
import type { FinishedBatch } from './finished-batches.js'
import type { FinishedAttempt } from './finished-log.js'

/** The same names and messages recur. */
const MAX_KNOWN = 2_000
/** Characters masked for one record: later messages that were not masked before are left out. */
const MAX_MASKED = 100_000

/** Where records are of, and the token that seals their payloads; null without payloads. */
export interface RecordOrigin {
  readonly service: string
  readonly node: string
  readonly token: string | null
}

/** Makes records of batches: names and messages are masked, payloads are sealed. */
export class FinishedRecords {
  readonly #origin: RecordOrigin
  readonly #names = new Map<string, string>()
  readonly #errors = new Map<string, string>()

  constructor(origin: RecordOrigin) {
    this.#origin = origin
  }

  async make(batch: FinishedBatch): Promise<FinishedJobs> {
    const [token, context] = this.#sealing(batch)
    const bytes = token === null ? null : await seal(payloadsOf(batch), token, context)
    return this.#record(batch, bytes && { bytes, context })
  }

  /** The same in this very turn: the process may end after it. */
  makeNow(batch: FinishedBatch): FinishedJobs {
    const [token, context] = this.#sealing(batch)
    return this.#record(batch, token === null ? null : { bytes: sealNow(payloadsOf(batch), token, context), context })
  }

  /** The token is null where there is nothing to seal. */
  #sealing({ seq, chars }: FinishedBatch): [token: string | null, context: string] {
    const { service, node, token } = this.#origin
    return [chars > 0 ? token : null, payloadContext(service, node, seq)]
  }

  #record({ seq, from, to, attempts, left }: FinishedBatch, payloads: SealedPayloads | null): FinishedJobs {
    const queues = new Map<FinishedQueue, number>()
    const before = work.chars
    const jobs = attempts.map((attempt, index): FinishedJob => {
      const { queue, error } = attempt
      const known = queues.get(queue) ?? queues.size
      if (known === queues.size) queues.set(queue, known)
      // Written field by field: a spread takes several times as long, for each job.
      return {
        queue: known,
        id: attempt.id,
        name: this.#nameOf(attempt.name),
        outcome: attempt.outcome,
        attempt: attempt.attempt,
        addedAt: attempt.addedAt,
        startedAt: attempt.startedAt,
        finishedAt: attempt.finishedAt,
        waitMs: attempt.waitMs,
        runMs: attempt.runMs,
        error: error === null ? null : this.#errorOf(error, work.chars - before < MAX_MASKED),
        payload: payloads && index,
      }
    })
    return {
      v: PROTOCOL_VERSION,
      node: this.#origin.node,
      seq,
      from,
      to,
      queues: [...queues.keys()],
      jobs,
      left,
      payloads,
    }
  }

  #nameOf(name: string): string {
    return this.#names.get(name) ?? remember(this.#names, name, redactName(name))
  }

  #errorOf(message: string, mayMask: boolean): string | null {
    const known = this.#errors.get(message)
    if (known !== undefined || !mayMask) return known ?? null
    return remember(this.#errors, message, maskedWithin(message, MAX_JOB_ERROR_CHARS))
  }
}

function remember(known: Map<string, string>, text: string, masked: string): string {
  if (known.size >= MAX_KNOWN) known.clear()
  known.set(text, masked)
  return masked
}

function payloadsOf({ attempts }: FinishedBatch): string {
  return encodePayloads(attempts.map(({ payload }: FinishedAttempt) => payload))
}
