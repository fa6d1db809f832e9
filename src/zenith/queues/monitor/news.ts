import type { QueueView } from '../../../api/queues.js'

/** How often the samples of an otherwise unchanged queue are sent, ms. */
const SAMPLES_EVERY_MS = 60_000

interface Told {
  readonly view: QueueView
  /** Everything except time and samples. */
  readonly text: string
  /** Of the newest sample. */
  readonly sampleAt: number
  readonly at: number
}

export interface QueueDifference {
  /** Complete, except that `samples` has only new ones. */
  readonly changed: readonly QueueView[]
  readonly gone: readonly string[]
  /** Whether more than the time changed. */
  readonly isNews: boolean
}

/** Changes of queues that were not sent yet. */
export class QueueNews {
  #told = new Map<string, Told>()

  /** @param now Unix ms */
  since(views: readonly QueueView[], now: number): QueueDifference & { readonly told: () => void } {
    const before = this.#told
    const after = new Map(views.map((view) => [view.key, tell(view, before.get(view.key), now)]))
    const changed = views.filter(({ key }) => after.get(key) !== before.get(key))
    const gone = [...before.keys()].filter((key) => !after.has(key))
    return {
      changed: changed.map((view) => ({ ...view, samples: newSamples(view, before.get(view.key)) })),
      gone,
      isNews: gone.length > 0 || changed.some(({ key }) => after.get(key)?.text !== before.get(key)?.text),
      told: () => {
        this.#told = after
      },
    }
  }
}

/** @returns the previous value if there is nothing to send */
function tell(view: QueueView, before: Told | undefined, now: number): Told {
  if (before?.view === view) return before
  const { at: _, samples, ...rest } = view
  const text = JSON.stringify(rest)
  const sampleAt = samples.at(-1)?.at ?? 0
  const isOld = before !== undefined && before.sampleAt !== sampleAt && now - before.at >= SAMPLES_EVERY_MS
  return before && before.text === text && !isOld ? before : { view, text, sampleAt, at: now }
}

function newSamples({ samples }: QueueView, before: Told | undefined): QueueView['samples'] {
  return before ? samples.filter(({ at }) => at > before.sampleAt) : samples
}
