import type { Sender } from '../../alerts/notification.js'
import type { AlertSettings } from '../../alerts/settings/options.js'
import type { ClusterInfo, Role } from '../../api/types.js'
import type { Retention } from '../../archiver/retention.js'
import type { Archive, Logger, QueueSource, Reader } from '../../ports/index.js'
import type { SigningSecret } from '../http/signing-secret.js'

/** What one cluster has of its own. */
export interface ClusterParts extends ClusterInfo {
  reader: Reader
  /** Whether `close` closes the reader too. */
  ownsReader: boolean
  /** Where queues are: asked for at every look, and never closed. */
  sources?: (() => readonly QueueSource[]) | undefined
  /** Names or keys of queues in which nothing may be changed, with `*` for anything; true: nothing of the apps may be changed. */
  readOnly?: boolean | readonly string[] | undefined
  /** Closed with the cluster. */
  archive?: Archive | undefined
  retention?: Retention | undefined
  /** Whether the payloads of jobs that queues list as finished are archived. @default true */
  archivePayloads?: boolean | undefined
  /** Null: no rules are evaluated. */
  alerts: { readonly settings: AlertSettings; readonly sender: Sender } | null
}

/** The same, with what it shares with the others. */
export interface ClusterOptions extends ClusterParts {
  /** ms */
  interval?: number | undefined
  /** ms */
  slow?: number | undefined
  /** The least role that sees the payloads of jobs. */
  payloads?: Role | undefined
  /** Whether it is one of several: then messages of alerts name it. */
  isOneOfSeveral: boolean
  /** What the tokens of changes are made with. */
  signing: SigningSecret
  /** What secrets of receivers are encrypted with. */
  secret: string | undefined
  logger: Logger | undefined
}
