import type { Logger } from '../../ports/index.js'
import { maskSecrets } from '../../redaction/secrets.js'

export const silentLogger: Logger = { info() {}, warn() {}, error() {} }

export const consoleLogger: Logger = {
  // biome-ignore lint/suspicious/noConsole: an app without a logger expects its lines on the console
  info: (message) => console.info(message),
  // biome-ignore lint/suspicious/noConsole: as above
  warn: (message) => console.warn(message),
  // biome-ignore lint/suspicious/noConsole: as above
  error: (message) => console.error(message),
}

/** Log lines of the recorder: never throws, and logs each topic only once. */
export interface Notices {
  info(message: string): void
  warn(message: string): void
  /** @param topic logged at most once */
  once(topic: string, message: string): void
}

export function noticesOf(logger: Logger): Notices {
  const said = new Set<string>()
  const say = (level: 'info' | 'warn', message: string) => {
    try {
      logger[level](`Quasar: ${maskSecrets(message)}`)
    } catch {
      // An error of the app's logger must not reach the app through Quasar.
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
