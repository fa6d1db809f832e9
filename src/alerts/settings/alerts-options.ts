import type { AlertCondition, AlertRule, AlertScope, ReceiverView } from '../../api/views.js'

/** A rule in code: what is missing has a default. */
export type AlertRuleOption = Pick<AlertRule, 'id' | 'name'> &
  Partial<Omit<AlertRule, 'id' | 'name' | 'conditions' | 'scope'>> & {
    readonly conditions: readonly (Pick<AlertCondition, 'metric' | 'is' | 'threshold'> & Partial<AlertCondition>)[]
    readonly scope?: Partial<AlertScope>
  }

/** A receiver in code. */
export interface AlertReceiverOption {
  /** Lower-case letters, digits and hyphens. */
  readonly id: string
  readonly kind: ReceiverView['kind']
  /** @default the id */
  readonly name?: string
  /** URL; for e-mail, addresses separated by commas; for PagerDuty, optional. */
  readonly address?: string
  /** webhook: what messages are signed with; PagerDuty: the routing key. */
  readonly secret?: string
  /** The lowest severity that it takes. @default 'info' */
  readonly severity?: ReceiverView['severity']
}

/** Alerts of Zenith. All are optional. */
export interface AlertsOptions {
  /** Rules, besides those that come with Zenith; one of the same id replaces it. The page can override them. */
  readonly rules?: readonly AlertRuleOption[]
  /** Receivers, besides those of the page, which can't change them. */
  readonly receivers?: readonly AlertReceiverOption[]
  /** Where e-mail is sent through: `smtps://user:password@host`, and the sender's address. Needs the package nodemailer. */
  readonly smtp?: { readonly url: string; readonly from: string }
  /** Where people reach the page, for links in messages: `https://zenith.example.com`. @default QUASAR_URL, else no links */
  readonly url?: string
  /**
   * Private addresses and networks that receivers may be at, `['10.1.0.0/16']`. Others are refused: who edits receivers could reach what
   * only this server can. @default none
   */
  readonly allowedNetworks?: readonly string[]
}
