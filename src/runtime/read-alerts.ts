import type { ControlStore } from '../ports/index.js'
import { AlertMemory } from '../zenith/alerts/memory.js'
import { AlertSetup } from '../zenith/alerts/setup.js'
import type { ShownAlerts, StoredAlerts } from '../zenith/alerts/stored.js'

/** What a store knows of alerts, without what Zeniths have in their code. */
export interface KnownAlerts {
  readonly setup: AlertSetup
  /** Null: no Zenith has evaluated any. */
  readonly state: StoredAlerts | null
  readonly shown: ShownAlerts
}

/** Rejects when the store does not answer. @param secret QUASAR_SECRET, if it is set */
export async function readAlerts(store: ControlStore, secret: string | undefined): Promise<KnownAlerts> {
  const setup = new AlertSetup({ store, rules: [], receivers: [], secret })
  await setup.read()
  return { setup, ...(await new AlertMemory(store).read()) }
}
