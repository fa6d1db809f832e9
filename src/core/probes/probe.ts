import { wordsOf } from '../errors/describe-error.js'

/** One source of figures. A factory returns null where the runtime or the system lacks it. */
export interface Probe<F> {
  /** Returns the figures since the last call. Synchronous and cheap. */
  collect(): F
  /** Reads asynchronously for the next `collect()`. */
  prepare?(): Promise<void>
  stop?(): void
}

export type OnFault = (probe: string, error: Error) => void

/** Runs the parts of one probe; reports the first failure and ignores later ones. */
export interface Guard {
  /** @returns the result of `part`, or `otherwise` when it throws */
  run<T, O>(part: () => T, otherwise: O): T | O
  /** Never rejects. */
  settle(part: () => Promise<void>): Promise<void>
}

export function guard(name: string, onFault: OnFault): Guard {
  let isKnown = false
  const fault = (thrown: unknown) => {
    if (isKnown) return
    isKnown = true
    try {
      onFault(name, thrown instanceof Error ? thrown : new Error(wordsOf(thrown)))
    } catch {
      // A failure of the handler can't be reported to it.
    }
  }
  return {
    run(part, otherwise) {
      try {
        return part()
      } catch (thrown) {
        fault(thrown)
        return otherwise
      }
    },
    async settle(part) {
      try {
        await part()
      } catch (thrown) {
        fault(thrown)
      }
    },
  }
}
