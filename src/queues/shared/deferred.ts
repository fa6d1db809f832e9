import type { QueueSource } from '../../ports/index.js'

/** What holds of a source before its code is loaded. */
export type SourceFacts = Pick<QueueSource, 'driver' | 'place' | 'names' | 'capabilities' | 'pollEvery'>

/** The methods that may wait for the code: all that answer with a promise, besides `close`. */
export type DeferredMethod = Exclude<keyof QueueSource, keyof SourceFacts | 'locate' | 'close'>

/** A source that has these methods. */
export type SourceWith<M extends DeferredMethod> = QueueSource & Required<Pick<QueueSource, M>>

interface Parts<M extends DeferredMethod> {
  readonly facts: SourceFacts
  /** The methods that the source has once it is loaded. */
  readonly methods: readonly M[]
  /** Rejects where the code can't be loaded; the next call tries again. */
  load(): Promise<SourceWith<M>>
  /** Ends what was opened before; the loaded source is closed as well. Harmless twice. */
  release(): void
}

/**
 * A source whose code is loaded by the first call: an app that imports an integration, or names its queues on a node that
 * does not read them, goes without it.
 */
export function deferredSource<M extends DeferredMethod>({ facts, methods, load, release }: Parts<M>): SourceWith<M> {
  let loading: Promise<SourceWith<M>> | null = null
  let isClosed = false

  async function open(): Promise<SourceWith<M>> {
    try {
      const source = await load()
      if (isClosed) await source.close()
      return source
    } catch (error) {
      loading = null
      throw error
    }
  }
  function loaded(): Promise<SourceWith<M>> {
    loading ??= open()
    return loading
  }
  async function close(): Promise<void> {
    isClosed = true
    release()
    const source = await loading?.catch(() => null)
    await source?.close()
  }
  const calls = methods.map((name) => [name, callOf(name, loaded)] as const)
  return { ...facts, ...Object.fromEntries(calls), close } as SourceWith<M>
}

type AnyMethod = (...args: unknown[]) => Promise<unknown>

function callOf<M extends DeferredMethod>(name: M, loaded: () => Promise<SourceWith<M>>): AnyMethod {
  return async (...args) => {
    const source = await loaded()
    return (source[name] as AnyMethod).apply(source, args)
  }
}
