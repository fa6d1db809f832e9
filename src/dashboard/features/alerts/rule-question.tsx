import type { AlertRuleView } from '../../../api/alerts.js'
import { useRulesChange } from '../../api/alerts-api.js'
import { ConfirmDialog } from '../../ui/confirm-dialog.js'
import type { AlertPartProps } from './alert-part.js'

interface RuleQuestionProps extends Pick<AlertPartProps, 'say'> {
  view: AlertRuleView
  onClose: () => void
}

/** Asks before what the page saved of a rule is removed. */
export function RuleQuestion({ view: { rule, source }, say, onClose }: RuleQuestionProps) {
  const change = useRulesChange()
  const isDelete = source === 'page'
  const before = source === 'code' ? 'the code has it' : 'it comes with Zenith'
  const done = () => {
    say({ isGood: true, text: isDelete ? `${rule.name} is deleted` : `${rule.name} is again as ${before}` })
    onClose()
  }
  return (
    <ConfirmDialog
      title={isDelete ? `Delete ${rule.name}` : `Reset ${rule.name}`}
      isDanger={isDelete}
      isBusy={change.isPending}
      error={change.error}
      onConfirm={() => change.mutate({ action: 'reset', id: rule.id }, { onSuccess: done })}
      onClose={onClose}
    >
      <p>
        {isDelete
          ? 'Its alerts end without a message. You can’t undo this.'
          : `What was changed here is removed: the rule is again as ${before}.`}
      </p>
    </ConfirmDialog>
  )
}
