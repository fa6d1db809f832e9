import type { Logger } from '../../ports/index.js'
import { maskSecrets } from '../../redaction/secrets.js'

export const silentLogger: Logger = { info() {}, warn() {}, error() {} }

export const consoleLogger: Logger = {
  // biome-ignore lint/suspicious/noConsole: the console is where an app that names no logger expects its lines
  info: (message) => console.info(message),
  // biome-ignore lint/suspicious/noConsole: as above
  warn: (message) => console.warn(message),
  // biome-ignore lint/suspicious/noConsole: as above
  error: (message) => console.error(message),
}

/** The recorder's own voice: never throws, and says the same thing once only. */
export interface Notices {
  info(message: string): void
  warn(message: string): void
  /** @param topic said at most once for each */
  once(topic: string, message: string): void
}

export function noticesOf(logger: Logger): Notices {
  const said = new Set<string>()
  const say = (level: 'info' | 'warn', message: string) => {
    try {
      logger[level](`Quasar: ${maskSecrets(message)}`)
    } catch {
      // A logger that throws is the app's own trouble; ours must not become it.
    }
  }
  return {
    info: (message) => say('info', message),
    warn: (message) => say('warn', message),
    once(topic, message) {
      if (said.has(topic)) return
      said.add(topic)
      say('warn', message)
    },
  }
}
