import type { Freeze } from '../../api/freeze.js'
import type { Permission } from '../../api/permissions.js'
import { CONFIRMED, type ConfirmedPermission, changesApps, isConfirmed } from '../../api/safety.js'
import { ApiError } from '../http/api-error.js'
import { Freezes, type FreezesOptions } from './freezes.js'

export interface SafetyOptions extends FreezesOptions {
  /** A word; null: none was given. */
  readonly environment: string | null
  /** True: nothing of the apps may be changed. */
  readonly readOnly?: boolean | readonly string[] | undefined
}

/** A change that is about to be made. */
export interface Unconfirmed {
  /** How many jobs it may remove. @default any number */
  readonly jobs?: number
  /** What the request has in `confirm`. */
  readonly given: string | null
  /** What it takes; asked only if it takes any. */
  readonly wanted: () => string | Promise<string>
}

const READ_ONLY =
  'Nothing of the apps may be changed here: this cluster is read-only by the option `readOnly` of its Zenith.'

/** Refuses changes of the apps of a cluster: in a read-only one, during a freeze, and in production without a confirmation. */
export class Safety {
  readonly environment: string | null
  readonly isReadOnly: boolean
  readonly freezes: Freezes

  constructor({ environment, readOnly, ...freezes }: SafetyOptions) {
    this.environment = environment
    this.isReadOnly = readOnly === true
    this.freezes = new Freezes(freezes)
  }

  /** Rejects with an `ApiError` if the apps may not be changed now, and if that can't be told. */
  async refuse(): Promise<void> {
    if (this.isReadOnly) throw new ApiError('read_only', READ_ONLY)
    const { freeze, isActive } = await this.freezes.read()
    if (freeze && isActive) throw new ApiError('frozen', frozenWords(freeze))
  }

  /** The same for a change that takes a permission; changes of Zenith's own data are never refused. */
  async refuseChange(permission: Permission): Promise<void> {
    if (changesApps(permission)) await this.refuse()
  }

  /** Rejects with an `ApiError` if a change takes a confirmation and has none, or a wrong one. */
  async confirm(permission: ConfirmedPermission, { jobs = Infinity, given, wanted }: Unconfirmed): Promise<void> {
    if (!isConfirmed(this.environment, permission, jobs)) return
    const text = await wanted()
    if (given === text) return
    const takes = `\`confirm\` takes ${CONFIRMED[permission].takes}: \`${text}\``
    if (given === null) throw new ApiError('confirmation_needed', `This is production. ${takes}.`)
    throw new ApiError('confirmation_wrong', `This is production, and \`confirm\` has another text. ${takes}.`)
  }
}

/** `Changes are frozen until 2026-12-01 08:00 UTC by ana: year-end sale.` */
function frozenWords({ until, by, reason }: Freeze): string {
  const time = new Date(until).toISOString().slice(0, 16).replace('T', ' ')
  return `Changes are frozen until ${time} UTC by ${by}: ${reason}${/[.!?…]$/.test(reason) ? '' : '.'}`
}
