import { BellOff, ServerOff } from 'lucide-react'
import { useState } from 'react'
import type { Alert } from '../../../api/alerts.js'
import { useSilencesChange } from '../../api/alerts-api.js'
import { Button } from '../../ui/button.js'
import { Field, INPUT } from '../../ui/field.js'
import { FormDialog } from '../../ui/form-dialog.js'
import type { AlertPartProps } from './alert-part.js'
import { EndField, endOf } from './end-field.js'
import { muteScope, silenceScope, subjectText } from './words.js'

interface SilenceMenuProps extends Pick<AlertPartProps, 'say'> {
  alert: Alert
}

/** Silences one alert, or all about its machine or process. */
export function SilenceMenu({ alert, say }: SilenceMenuProps) {
  const [asked, setAsked] = useState<'alert' | 'all' | null>(null)
  const { kind } = alert.subject
  return (
    <>
      <Button onClick={() => setAsked('alert')}>
        <BellOff className="size-3.5" aria-hidden="true" />
        Silence
      </Button>
      {muteScope(alert) && (
        <Button onClick={() => setAsked('all')}>
          <ServerOff className="size-3.5" aria-hidden="true" />
          Silence this {kind}
        </Button>
      )}
      {asked && <SilenceDialog alert={alert} isAll={asked === 'all'} say={say} onClose={() => setAsked(null)} />}
    </>
  )
}

interface SilenceDialogProps extends SilenceMenuProps {
  /** Whether all rules are silenced. */
  isAll: boolean
  onClose: () => void
}

function SilenceDialog({ alert, isAll, say, onClose }: SilenceDialogProps) {
  const change = useSilencesChange()
  const [problem, setProblem] = useState<Error | null>(null)
  const what = subjectText(alert.subject)
  const scope = (isAll && muteScope(alert)) || silenceScope(alert)
  const submit = (fields: FormData) => {
    const until = endOf(fields, Date.now())
    const reason = String(fields.get('reason')).trim()
    setProblem(until === null ? new Error('Choose an end in the future.') : null)
    if (until === null) return
    const silence = { ...scope, reason, until, weekly: null }
    const done = () => {
      say({ isGood: true, text: isAll ? `${what} is silenced` : `${alert.ruleName} is silenced for ${what}` })
      onClose()
    }
    change.mutate({ action: 'add', silence }, { onSuccess: done })
  }
  return (
    <FormDialog
      title={isAll ? `Silence ${what}` : `Silence ${alert.ruleName}`}
      confirm="Silence"
      isBusy={change.isPending}
      error={problem ?? change.error}
      onSubmit={submit}
      onClose={onClose}
    >
      <p className="text-[0.8125rem]">
        {isAll
          ? `No rule sends a message about ${what} until then.`
          : `The rule sends no message about ${reach(alert)} until then. The alert continues and stays here.`}
      </p>
      <EndField />
      <Field label="Reason" hint="all users can read it">
        <input name="reason" required maxLength={500} autoComplete="off" className={INPUT} />
      </Field>
    </FormDialog>
  )
}

/** Silences know services, hosts, nodes and queues: a route or job is silenced with its service. */
function reach({ subject }: Alert): string {
  const isPart = (subject.kind === 'route' || subject.kind === 'job') && subject.service !== null
  return isPart ? `anything of ${subject.service}` : subjectText(subject)
}
