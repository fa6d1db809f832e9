import { globalSlot } from '../lib/global-slot.js'

/** Node's `process.emit`, which its typings split by event. */
type Emit = (this: NodeJS.Process, event: string | symbol, ...args: unknown[]) => boolean

interface Wrapper {
  readonly emit: Emit
  /** Null while nothing watches. */
  watch: ((reason: unknown) => void) | null
  remove(): void
}

/** At most one wrapper per process: if another library has wrapped it, it stays and is reused. */
const slot = globalSlot('process-emit', wrapEmit)

/**
 * Watches the rejections that the app has a listener for; one without a listener becomes an uncaught exception. A listener of Quasar's own
 * would count among the app's, and the last one on `unhandledRejection` decides whether a rejection ends the process. Node emits the event
 * by `process.emit` (lib/internal/process/promises.js, seen in 20 to 26), so a wrapper around it sees the event and changes nothing;
 * signal-exit does the same for signals. Deno (2) emits it this way, too. Bun (1.4) emits it past `process.emit`, and does not report when
 * a listener is removed: one of Quasar's would outlast the app's, and change what the next rejection does. Rejections are not seen there.
 *
 * @returns ends the watch
 */
export function watchRejections(watch: (reason: unknown) => void): () => void {
  const wrapper = slot.get()
  wrapper.watch = watch
  return () => {
    wrapper.watch = null
    // Another library has wrapped it since and calls this wrapper: it passes everything through.
    if (process.emit !== (wrapper.emit as unknown)) return
    wrapper.remove()
    slot.clear(wrapper)
  }
}

function wrapEmit(): Wrapper {
  const own = Object.getOwnPropertyDescriptor(process, 'emit')
  const original = process.emit as unknown as Emit
  const wrapper: Wrapper = {
    watch: null,
    emit(event, ...args) {
      if (event === 'unhandledRejection' && wrapper.watch !== null && this.listenerCount(event) > 0) {
        wrapper.watch(args[0])
      }
      return original.call(this, event, ...args)
    },
    remove() {
      if (own) Object.defineProperty(process, 'emit', own)
      else Reflect.deleteProperty(process, 'emit')
    },
  }
  Object.defineProperty(process, 'emit', { value: wrapper.emit, writable: true, configurable: true, enumerable: false })
  return wrapper
}
