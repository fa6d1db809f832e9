import { testMessage } from '../../alerts/engine/messages.js'
import type { Observer } from '../../alerts/look.js'
import { addressProblem } from '../../alerts/receivers/addresses.js'
import type {
  Alert,
  AlertListing,
  AlertNews,
  AlertPreview,
  AlertRule,
  AlertRuleView,
  AlertSubject,
  AlertTotals,
  ReceiverTest,
  ReceiverView,
  Silence,
} from '../../api/alerts.js'
import type { ReceiverInput } from '../../api/changes.js'
import { monotonic } from '../../lib/clock.js'
import { byText } from '../../lib/compare.js'
import { alertOf, receiverViewOf, ruleViewOf, totalsOf } from './alert-views.js'
import type { Alerts } from './alerts.js'
import { AlertEvaluator, type EvaluatorOptions, type Hindrance } from './evaluator.js'
import type { AlertSetup } from './setup.js'
import type { ShownAlerts } from './stored.js'

export interface AlertServiceOptions extends EvaluatorOptions {
  readonly canMail: boolean
  /** Private addresses and networks that receivers may be at. */
  readonly allowedNetworks: readonly string[]
  readonly preview: (rule: AlertRule, observer: Pick<Observer, 'observe'>) => Promise<AlertPreview>
}

/** Rules that a problem names. */
const MAX_NAMED = 3

function lostText(rules: readonly string[]): string {
  const more = rules.length - MAX_NAMED
  const names = rules.slice(0, MAX_NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '')
  const [which, whose] = rules.length === 1 ? ['The rule', 'its'] : ['The rules', 'their']
  return `${which} ${names}: alerts are sent to nobody, because ${whose} receivers are deleted, switched off or can’t be used.`
}

/** What users see of alerts, and change: on the page, by the API, in metrics. */
export class AlertService implements Alerts {
  readonly #options: AlertServiceOptions
  readonly #evaluator: AlertEvaluator

  constructor(options: AlertServiceOptions) {
    this.#options = options
    this.#evaluator = new AlertEvaluator(options)
  }

  get setup(): AlertSetup {
    return this.#evaluator.setup
  }

  get evaluatedAt(): number | null {
    return this.#evaluator.evaluatedAt
  }

  get now(): number {
    return this.#options.monitor.now
  }

  get canMail(): boolean {
    return this.#options.canMail
  }

  /** Idempotent. Rules are evaluated from 10 s after this on. */
  start(): void {
    this.#evaluator.start()
  }

  /** A look now, or the one that runs already. Never rejects. */
  tick(): Promise<void> {
    return this.#evaluator.tick()
  }

  /** Sends what is due now. Never rejects. */
  drain(): Promise<void> {
    return this.#evaluator.drain()
  }

  /** Never rejects. */
  close(): Promise<void> {
    return this.#evaluator.close()
  }

  subscribe(listener: (news: AlertNews) => void): () => void {
    return this.#evaluator.subscribe((events) => {
      void this.totals().then((totals) => listener({ at: this.now, totals, events }))
    })
  }

  problems(): AlertListing['problems'] {
    const found: AlertListing['problems'][number][] = []
    if (!this.#options.store)
      found.push({ kind: 'noStore', text: 'This store keeps no state: after a restart alerts start again.' })
    const { hindrance } = this.#evaluator
    if (hindrance) found.push({ kind: hindrance.kind, text: hindranceInWords(hindrance) })
    if (this.setup.takers.length === 0)
      found.push({ kind: 'noReceiver', text: 'No receiver is set up: alerts are shown here, and sent to nobody.' })
    const untold = this.setup.untoldRules
    if (untold.length > 0) found.push({ kind: 'lostReceivers', text: lostText(untold.map(({ name }) => name)) })
    return found
  }

  /** The rules that fire first, then by name. */
  async rules(): Promise<readonly AlertRuleView[]> {
    const tracks = await this.#evaluator.tracks()
    const { rules } = await this.shown()
    await this.#evaluator.readSetup()
    return this.setup.rules
      .map((sourced) => ruleViewOf(sourced, rules[sourced.rule.id] ?? null, tracks))
      .sort((a, b) => b.firing - a.firing || byText(a.rule.name, b.rule.name))
  }

  async receivers(): Promise<readonly ReceiverView[]> {
    const { deliveries } = await this.shown()
    await this.#evaluator.readSetup()
    return this.setup.receivers.map((receiver) => receiverViewOf(receiver, deliveries))
  }

  async silences(): Promise<readonly Silence[]> {
    await this.#evaluator.readSetup()
    return this.setup.silences
  }

  async preview(rule: AlertRule, isSeen?: (subject: AlertSubject) => boolean): Promise<AlertPreview> {
    const observer = await this.#evaluator.observing()
    if (!isSeen) return this.#options.preview(rule, observer)
    const observe: Observer['observe'] = (...asked) =>
      observer.observe(...asked).filter(({ subject }) => isSeen(subject))
    return this.#options.preview(rule, { observe })
  }

  async subjectsOf(rules: readonly AlertRule[]): Promise<readonly (readonly AlertSubject[])[]> {
    const observer = await this.#evaluator.observing()
    return rules.map(({ conditions, scope }) => {
      const all = conditions.flatMap((condition) => observer.observe(condition, scope).map(({ subject }) => subject))
      return [...new Map(all.map((subject) => [subject.key, subject])).values()]
    })
  }

  problemOf(receiver: ReceiverInput): string | null {
    const { id, kind } = receiver
    const before = this.setup.receivers.find((one) => one.id === id)
    if (before && before.kind !== kind && receiver.address === undefined)
      return 'A receiver of another kind needs its own address.'
    if (this.setup.sendsElsewhere(receiver))
      return 'Enter the secret again: the stored one is for the stored address. An empty one removes it.'
    const { address, secret } = this.setup.secretsFor(receiver)
    return addressProblem(kind, address, secret, this.#options.allowedNetworks)
  }

  /** Sends a test now: no cooldown knows of it. Never rejects. */
  async test(id: string): Promise<ReceiverTest> {
    const receiver = this.setup.receivers.find((one) => one.id === id)
    if (!receiver || receiver.problem !== null)
      return { ok: false, status: null, answer: receiver?.problem ?? 'There is no such receiver.', ms: 0 }
    const { sender, url } = this.#options
    const from = monotonic()
    const answer =
      receiver.kind === 'heartbeat'
        ? await sender.beat(receiver)
        : await sender.send(receiver, testMessage(this.now, url))
    return { ok: answer.ok, status: answer.status, answer: answer.text, ms: Math.round(monotonic() - from) }
  }

  /** What is not ok, as far as this Zenith knows. Never rejects. */
  async alerts(): Promise<readonly Alert[]> {
    const tracks = await this.#evaluator.tracks()
    await this.#evaluator.readSetup()
    const pending = new Map(this.setup.acknowledgements.map((one) => [one.alert, one]))
    return tracks.map((track) => alertOf(track, pending.get(track.id) ?? null))
  }

  async totals(): Promise<AlertTotals> {
    return totalsOf(await this.alerts())
  }

  shown(): Promise<ShownAlerts> {
    return this.#evaluator.shown()
  }

  async acknowledge(alert: string, by: string): Promise<void> {
    await this.setup.acknowledge({ alert, by, at: this.now })
    this.#evaluator.takeIn()
  }
}

function hindranceInWords({ kind, why, evaluates }: Hindrance): string {
  if (kind === 'storeAway')
    return `Redis does not answer: alerts stand still. ${evaluates ? 'This Zenith tells of it.' : 'The Zenith that evaluated last tells of it.'}`
  if (!evaluates) return `No alerts are evaluated here: ${why}.`
  return `Alerts are evaluated, but not stored: ${why}. They start again when Zenith restarts, and each Zenith sends its own messages.`
}
