import { BellOff, Check, CircleAlert, CircleHelp, Clock, Info, TriangleAlert, Undo2 } from 'lucide-react'
import type { Alert, Severity } from '../../../api/alerts.js'
import { PageLink } from '../../ui/page-link.js'
import { Tag } from '../../ui/tag.js'
import { SEVERITY_TEXT, subjectTarget, subjectText } from './words.js'

const ICONS = { critical: CircleAlert, warning: TriangleAlert, info: Info } as const

/** How bad something is, as a word with its sign. */
export function SeverityMark({ severity, isQuiet = false }: { severity: Severity; isQuiet?: boolean }) {
  const Icon = ICONS[severity]
  return (
    <span
      className={`inline-flex shrink-0 items-center gap-1 self-center text-xs font-medium whitespace-nowrap ${isQuiet ? 'text-soft' : SEVERITY_TEXT[severity]}`}
    >
      <Icon className="size-3.5" aria-hidden="true" />
      {severity}
    </span>
  )
}

/** What holds of an alert beside that it fires. @param causeName of the alert that explains it */
export function AlertTags({ alert, causeName }: { alert: Alert; causeName: string | null }) {
  const { state, isUnknown, acknowledged, silence, cause, times } = alert
  return (
    <span className="flex min-w-0 flex-wrap gap-1.5 empty:hidden">
      {state === 'pending' && (
        <Tag title="The condition is met, not for long enough yet">
          <Clock className="size-3" aria-hidden="true" />
          pending
        </Tag>
      )}
      {state === 'recovering' && (
        <Tag title="It is clear, not for long enough yet">
          <Undo2 className="size-3" aria-hidden="true" />
          recovering
        </Tag>
      )}
      {isUnknown && (
        <Tag isWarning title="There is no value now: its state and times stand still">
          <CircleHelp className="size-3" aria-hidden="true" />
          no value now
        </Tag>
      )}
      {acknowledged && (
        <Tag>
          <Check className="size-3" aria-hidden="true" />
          acknowledged by {acknowledged.by}
        </Tag>
      )}
      {silence !== null && (
        <Tag>
          <BellOff className="size-3" aria-hidden="true" />
          silenced
        </Tag>
      )}
      {cause !== null && <Tag>explained by {causeName ?? 'another alert'}</Tag>}
      {times > 1 && <Tag title="Since the last message that was sent">{times} times</Tag>}
    </span>
  )
}

/** What an alert is about, as the way to its page. */
export function SubjectLink({ subject }: Pick<Alert, 'subject'>) {
  const to = subjectTarget(subject)
  const words = subjectText(subject)
  if (!to) return <span className="min-w-0 break-words">{words}</span>
  return (
    <PageLink to={to} className="min-w-0 rounded-sm break-words text-accent hover:underline">
      {words}
    </PageLink>
  )
}
