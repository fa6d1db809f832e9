import { randomUUID } from 'node:crypto'
import * as v from 'valibot'
import type { KnownReceiver } from '../../alerts/engine/receivers-of.js'
import type { Receiver } from '../../alerts/notification.js'
import { openSecret, type ReceiverSecrets, sealSecret } from '../../alerts/receivers/sealed.js'
import { clip } from '../../alerts/receivers/text.js'
import { allRules, readStoredRule, type SourcedRule } from '../../alerts/rules.js'
import { type AlertRule, MAX_RECEIVERS, MAX_SILENCES, SEVERITIES, type Severity, Silence } from '../../api/alerts.js'
import { ReceiverInput, type SilenceInput } from '../../api/changes.js'
import type { DocumentStore } from '../../ports/index.js'
import { ApiError } from '../http/api-error.js'
import { callStore } from '../store/call-store.js'

const KIND = 'alerts'
/** Characters of a receiver's id. */
const MAX_ID = 64

/** A receiver with all that is known of it. */
export interface KnownReceiverSetup extends KnownReceiver, Receiver {
  readonly severity: Severity
  readonly source: 'code' | 'page'
  /** Why it can't be used; null if it can. */
  readonly problem: string | null
}

/** An acknowledgement on its way to the Zenith that evaluates. */
export interface PendingAcknowledgement {
  readonly alert: string
  readonly by: string
  readonly at: number
}

export interface SetupOptions {
  /** Null if there is no control store. */
  readonly store: DocumentStore | null
  readonly rules: readonly AlertRule[]
  readonly receivers: readonly Receiver[]
  /** What secrets of receivers are encrypted with. */
  readonly secret: string | undefined
}

/** Rules, receivers and silences: those of the code, and those that the page stored. */
export class AlertSetup {
  readonly #options: SetupOptions
  #rules: readonly SourcedRule[]
  #receivers: readonly KnownReceiverSetup[]
  #silences: readonly Silence[] = []
  #acknowledgements: readonly PendingAcknowledgement[] = []

  constructor(options: SetupOptions) {
    this.#options = options
    this.#rules = allRules(options.rules, new Map())
    this.#receivers = options.receivers.map(ofCode)
  }

  get rules(): readonly SourcedRule[] {
    return this.#rules
  }

  get receivers(): readonly KnownReceiverSetup[] {
    return this.#receivers
  }

  /** Receivers that can be told. */
  get takers(): readonly KnownReceiverSetup[] {
    return this.#receivers.filter(({ takesMessages, enabled, problem }) => takesMessages && enabled && problem === null)
  }

  get silences(): readonly Silence[] {
    return this.#silences
  }

  get acknowledgements(): readonly PendingAcknowledgement[] {
    return this.#acknowledgements
  }

  get canStore(): boolean {
    return this.#options.store !== null && this.#options.secret !== undefined
  }

  receiverOf(id: string): KnownReceiverSetup | null {
    return (
      this.#receivers.find((receiver) => receiver.id === id && receiver.enabled && receiver.problem === null) ?? null
    )
  }

  /** Reads what the page stored. Rejects when the store does not answer. */
  async read(): Promise<void> {
    const { store, rules, receivers } = this.#options
    if (!store) return
    const documents = await store.listDocuments(KIND)
    const found = { rules: new Map<string, AlertRule>(), receivers: new Map<string, KnownReceiverSetup>() }
    const silences: Silence[] = []
    const acknowledgements: PendingAcknowledgement[] = []
    for (const [id, text] of documents) {
      const value = parsed(text)
      const kind = id.slice(0, id.indexOf(':'))
      if (kind === 'rule') addRule(found.rules, value)
      if (kind === 'receiver') this.#addReceiver(found.receivers, value)
      if (kind === 'silence' && v.is(Silence, value)) silences.push(value)
      if (kind === 'ack' && v.is(Ack, value)) acknowledgements.push(value)
    }
    this.#rules = allRules(rules, found.rules)
    const own = receivers.map(ofCode)
    const coded = new Set(own.map(({ id }) => id))
    this.#receivers = [...own, ...[...found.receivers.values()].filter(({ id }) => !coded.has(id))]
    this.#silences = silences.sort((a, b) => b.at - a.at)
    this.#acknowledgements = acknowledgements
  }

  /** The same before a change: another Zenith may have stored something since. Rejects with an API error. */
  async refresh(): Promise<void> {
    await callStore(() => this.read())
  }

  /** Why a rule would be sent to nobody: it names a receiver that gets no messages. Null if it names none. */
  unknownReceiver({ receivers }: AlertRule): string | null {
    const known = this.#receivers.filter(({ takesMessages }) => takesMessages).map((receiver) => receiver.id)
    const unknown = receivers.find((one) => !known.includes(one))
    if (unknown === undefined) return null
    const takes = known.length > 0 ? `takes ${known.join(', ')}` : 'takes nothing, because there is no receiver'
    return `${takes}; ${JSON.stringify(clip(unknown, MAX_ID))} gets no messages.`
  }

  /** Rules that name receivers of which none can be told. Without any receiver nobody is told of any rule. */
  get untoldRules(): readonly AlertRule[] {
    const told = new Set(this.takers.map((receiver) => receiver.id))
    const enabled = this.#rules.map(({ rule }) => rule).filter((rule) => rule.enabled && told.size > 0)
    return enabled.filter(({ receivers }) => receivers.length > 0 && !receivers.some((one) => told.has(one)))
  }

  /** What a receiver would be sent to and with. */
  secretsFor({ id, kind, address, secret }: ReceiverInput): ReceiverSecrets {
    const before = this.#receivers.find((receiver) => receiver.id === id && receiver.kind === kind)
    return { address: address ?? before?.address ?? '', secret: secret ?? before?.secret ?? '' }
  }

  /** Whether a secret that is stored would go to an address for which nobody entered it. */
  sendsElsewhere({ id, kind, address, secret }: ReceiverInput): boolean {
    const before = this.#receivers.find((receiver) => receiver.id === id && receiver.kind === kind)
    if (!before || before.secret === '' || secret !== undefined) return false
    return address !== undefined && address !== before.address
  }

  async putRule(rule: AlertRule): Promise<void> {
    await this.#put(`rule:${rule.id}`, rule)
  }

  /** Removes a rule of the page, or what the page changed. @returns whether there was one */
  async deleteRule(id: string): Promise<boolean> {
    return this.#delete(`rule:${id}`)
  }

  /** Address and secret stay as they are stored, if they are not given. */
  async putReceiver(receiver: ReceiverInput): Promise<void> {
    const { address: _address, secret: _secret, ...rest } = receiver
    const { secret: key } = this.#options
    if (key === undefined) throw new ApiError('not_supported', NO_SECRET)
    const before = this.#receivers.find(({ id }) => id === rest.id)
    if (before?.source === 'code') throw new ApiError('not_possible', 'This receiver comes from code: change it there.')
    if (!before && this.#receivers.length >= MAX_RECEIVERS)
      throw new ApiError('not_possible', `There are ${MAX_RECEIVERS} receivers already: delete some first.`)
    const sealed = await sealSecret(this.secretsFor(receiver), key, rest.id)
    await this.#put(`receiver:${rest.id}`, { ...rest, sealed })
  }

  async deleteReceiver(id: string): Promise<boolean> {
    return this.#delete(`receiver:${id}`)
  }

  async addSilence(input: SilenceInput, by: string, at: number): Promise<Silence> {
    if (this.#silences.length >= MAX_SILENCES)
      throw new ApiError('not_possible', `There are ${MAX_SILENCES} silences already: end some first.`)
    const silence: Silence = { ...input, id: randomUUID(), by, at, isActive: false }
    await this.#put(`silence:${silence.id}`, silence)
    return silence
  }

  /** Deletes silences that have ended: they count for the limit. */
  async forgetEnded(now: number): Promise<void> {
    for (const { id, until } of this.#silences) if (until !== null && until <= now) await this.#delete(`silence:${id}`)
  }

  async deleteSilence(id: string): Promise<boolean> {
    return this.#delete(`silence:${id}`)
  }

  async acknowledge(acknowledgement: PendingAcknowledgement): Promise<void> {
    await this.#put(`ack:${acknowledgement.alert}`, acknowledgement)
  }

  async settleAcknowledgement(alert: string): Promise<void> {
    await this.#options.store?.deleteDocument(KIND, `ack:${alert}`)
  }

  #addReceiver(receivers: Map<string, KnownReceiverSetup>, value: unknown): void {
    if (!v.is(StoredReceiver, value)) return
    const { sealed, ...rest } = value
    const { secret: key } = this.#options
    const secrets = key === undefined ? null : openSecret(sealed, key, rest.id)
    const problem = key === undefined ? NO_SECRET : secrets ? null : WRONG_SECRET
    const takesMessages = rest.kind !== 'heartbeat'
    receivers.set(rest.id, {
      ...rest,
      ...(secrets ?? { address: '', secret: '' }),
      source: 'page',
      takesMessages,
      problem,
    })
  }

  async #put(id: string, value: unknown): Promise<void> {
    const { store } = this.#options
    if (!store) throw new ApiError('not_supported', 'This store can’t store settings of alerts.')
    await callStore(() => store.putDocument(KIND, id, JSON.stringify(value)))
    await this.read().catch(() => {})
  }

  async #delete(id: string): Promise<boolean> {
    const { store } = this.#options
    if (!store) throw new ApiError('not_supported', 'This store can’t store settings of alerts.')
    const existed = await callStore(() => store.deleteDocument(KIND, id))
    await this.read().catch(() => {})
    return existed
  }
}

const NO_SECRET =
  'Receivers are stored encrypted: set QUASAR_SECRET to 16 characters or more, the same for every Zenith.'
const WRONG_SECRET = 'It was stored with another QUASAR_SECRET. Enter its address and secret again.'

const { id, name, kind } = ReceiverInput.entries
const StoredReceiver = v.object({
  ...{ id, name, kind },
  enabled: v.boolean(),
  severity: v.picklist(SEVERITIES),
  sealed: v.string(),
})
const Ack = v.object({ alert: v.string(), by: v.string(), at: v.number() })

function ofCode(receiver: Receiver & Partial<Pick<KnownReceiver, 'severity'>>): KnownReceiverSetup {
  const takesMessages = receiver.kind !== 'heartbeat'
  return { severity: 'info', ...receiver, enabled: true, takesMessages, source: 'code', problem: null }
}

function addRule(rules: Map<string, AlertRule>, value: unknown): void {
  const rule = readStoredRule(value)
  if (typeof rule !== 'string') rules.set(rule.id, rule)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
