import type { QueueSource } from '../../ports/index.js'

/** Properties of a source that are known before its code is loaded. */
export type SourceFacts = Pick<QueueSource, 'driver' | 'place' | 'names' | 'capabilities' | 'pollEvery'>

/** Methods that can wait for the code: all that return a promise, except `close`. */
export type DeferredMethod = Exclude<keyof QueueSource, keyof SourceFacts | 'locate' | 'close'>

/** A source with these methods. */
export type SourceWith<M extends DeferredMethod> = QueueSource & Required<Pick<QueueSource, M>>

interface Parts<M extends DeferredMethod> {
  readonly facts: SourceFacts
  /** Methods of the loaded source. */
  readonly methods: readonly M[]
  /** Rejects if the code cannot be loaded; the next call tries again. */
  load(): Promise<SourceWith<M>>
  /** Releases what was opened before loading; the loaded source is closed separately. Idempotent. */
  release(): void
}

/**
 * A source whose code is loaded at the first call: an app that only imports an integration, or names its queues on a node that does not
 * read them, never loads it.
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
