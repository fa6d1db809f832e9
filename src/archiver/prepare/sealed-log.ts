import { BoundedMap } from '../../lib/bounded-map.js'
import { OutageLog } from '../../lib/outage-log.js'
import type { Logger, SealedFound } from '../../ports/index.js'

const MAX_SERVICES = 1_000

/** Writes one line when payloads begin to be sealed with a token that Zenith has not, and one when those of all services are opened again. */
export class SealedLog {
  readonly #outage: OutageLog
  readonly #unopened = new BoundedMap<string, true>(MAX_SERVICES)

  constructor(logger: Logger | undefined) {
    this.#outage = new OutageLog({
      began: (error) => logger?.error(error),
      ended: (seconds) => logger?.info(`Zenith opens the payloads of all finished jobs again after ${seconds} s.`),
    })
  }

  note({ hasToken, opened, unopened }: SealedFound): void {
    for (const service of opened) this.#unopened.delete(service)
    for (const service of unopened) this.#unopened.set(service, true)
    if (this.#unopened.size === 0) this.#outage.note(null)
    else if (unopened.length > 0) this.#outage.note(lineOf(hasToken, unopened))
  }
}

function lineOf(hasToken: boolean, services: readonly string[]): string {
  const cause = hasToken ? 'they have another token' : 'it has no token'
  return (
    `Zenith archives finished jobs of ${services.join(', ')} without their payloads, because it can't open what the workers sealed: ` +
    `${cause}. Give Zenith the QUASAR_TOKEN (option "token") of the workers.`
  )
}
