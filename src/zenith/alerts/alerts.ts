import type {
  Alert,
  AlertListing,
  AlertNews,
  AlertPreview,
  AlertRule,
  AlertRuleView,
  AlertSubject,
  ReceiverTest,
  ReceiverView,
  Silence,
} from '../../api/alerts.js'
import type { ReceiverInput } from '../../api/changes.js'
import type { AlertSetup } from './setup.js'
import type { ShownAlerts } from './stored.js'

/** What routes, the stream, the metrics and the doctor need of alerts. */
export interface Alerts {
  readonly setup: AlertSetup
  /** The store's clock, Unix ms. */
  readonly now: number
  readonly evaluatedAt: number | null
  /** Whether an SMTP server is configured. */
  readonly canMail: boolean
  /** Why a message may reach no user. */
  problems(): AlertListing['problems']
  alerts(): Promise<readonly Alert[]>
  rules(): Promise<readonly AlertRuleView[]>
  receivers(): Promise<readonly ReceiverView[]>
  silences(): Promise<readonly Silence[]>
  shown(): Promise<ShownAlerts>
  acknowledge(alert: string, by: string): Promise<void>
  /** @param isSeen of which subjects it tells; default: all */
  preview(rule: AlertRule, isSeen?: (subject: AlertSubject) => boolean): Promise<AlertPreview>
  /** What rules apply to now. */
  subjectsOf(rules: readonly AlertRule[]): Promise<readonly (readonly AlertSubject[])[]>
  /** What is wrong with a receiver that is to be stored; null: nothing. */
  problemOf(receiver: ReceiverInput): string | null
  /** Sends a test now. Never rejects. */
  test(receiver: string): Promise<ReceiverTest>
  subscribe(listener: (news: AlertNews) => void): () => void
}
