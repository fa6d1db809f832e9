import { Check } from 'lucide-react'
import { useState } from 'react'
import type { Alert } from '../../../api/alerts.js'
import { useAlertChange } from '../../api/alerts-api.js'
import { useCan } from '../../api/session.js'
import { changePage } from '../../routing/route.js'
import { Button } from '../../ui/button.js'
import { OpenRow } from '../../ui/open-row.js'
import { Problem } from '../../ui/problem.js'
import { AlertDetails } from './alert-details.js'
import type { AlertPartProps } from './alert-part.js'
import { Lasting } from './lasting.js'
import { AlertTags, SeverityMark, SubjectLink } from './marks.js'
import { SilenceMenu } from './silence-menu.js'
import { subjectText } from './words.js'

interface AlertRowProps extends Pick<AlertPartProps, 'say'> {
  alert: Alert
  isOpen: boolean
  /** Of the alert that explains it, as far as it is known. */
  causeName: string | null
}

/** One alert: what is wrong with what, since when, and what can be done about it. */
export function AlertRow({ alert, isOpen, causeName, say }: AlertRowProps) {
  const { id, ruleName, subject } = alert
  return (
    <OpenRow
      label={`${ruleName}, ${subjectText(subject)}`}
      isOpen={isOpen}
      onToggle={() => changePage('alerts', { alert: isOpen ? '' : id })}
      summary={<Summary alert={alert} causeName={causeName} say={say} />}
    >
      {() => <AlertDetails alert={alert} />}
    </OpenRow>
  )
}

function Summary({ alert, causeName, say }: Omit<AlertRowProps, 'isOpen'>) {
  const { ruleName, severity, subject, text, since, firedAt, acknowledged, silence } = alert
  const isQuiet = firedAt === null || acknowledged !== null || silence !== null
  return (
    <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-2">
      <div className="flex min-w-0 flex-[1_1_20rem] flex-col gap-1">
        <p className="flex min-w-0 flex-wrap items-baseline gap-x-2">
          <SeverityMark severity={severity} isQuiet={isQuiet} />
          <b className="font-semibold">{ruleName}</b>
          <SubjectLink subject={subject} />
        </p>
        <p className="min-w-0 text-[0.8125rem] break-words">
          {text} <Lasting since={firedAt ?? since} />
        </p>
        <AlertTags alert={alert} causeName={causeName} />
      </div>
      <Actions alert={alert} say={say} />
    </div>
  )
}

function Actions({ alert, say }: Pick<AlertRowProps, 'alert' | 'say'>) {
  const mayAcknowledge = useCan('alert.acknowledge')
  const maySilence = useCan('alert.silence')
  const change = useAlertChange()
  const [error, setError] = useState<Error | null>(null)
  const { id, ruleName, firedAt, acknowledged, silence } = alert
  const acknowledge = () =>
    change.mutate(
      { action: 'acknowledge', alert: id },
      {
        onSuccess: () => say({ isGood: true, text: `${ruleName} is acknowledged: it sends no more reminders` }),
        onError: setError,
      },
    )
  return (
    <div className="flex max-w-full flex-wrap items-start gap-1.5 empty:hidden">
      {mayAcknowledge && firedAt !== null && !acknowledged && (
        <Button disabled={change.isPending} onClick={acknowledge}>
          <Check className="size-3.5" aria-hidden="true" />
          Acknowledge
        </Button>
      )}
      {maySilence && silence === null && <SilenceMenu alert={alert} say={say} />}
      <Problem error={error} />
    </div>
  )
}
