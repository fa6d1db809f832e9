import { Braces, Lock, Pencil, Power, RotateCcw, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { METRICS } from '../../../api/alert-metrics.js'
import type { AlertRuleView } from '../../../api/alerts.js'
import { useAlertHistory, useReceivers, useRulesChange } from '../../api/alerts-api.js'
import { changePage } from '../../routing/route.js'
import { Button } from '../../ui/button.js'
import { CopyButton } from '../../ui/copy-button.js'
import { Facts } from '../../ui/facts.js'
import { exact, plural } from '../../ui/format.js'
import { LINK_BUTTON } from '../../ui/link-style.js'
import { OpenRow } from '../../ui/open-row.js'
import { PageLink } from '../../ui/page-link.js'
import { Problem } from '../../ui/problem.js'
import { Tag } from '../../ui/tag.js'
import type { AlertPartProps } from './alert-part.js'
import { EventList } from './event-list.js'
import { SeverityMark } from './marks.js'
import { Note } from './note.js'
import { ruleCode } from './rule-code.js'
import { RuleQuestion } from './rule-question.js'
import { RuleSpark } from './rule-spark.js'
import { lengthText, valueText } from './values.js'
import { COMPARED, ruleText, scopeText, subjectText } from './words.js'

interface RuleRowProps extends Pick<AlertPartProps, 'say'> {
  view: AlertRuleView
  isOpen: boolean
  /** Null where nothing can be changed. */
  onEdit: (() => void) | null
}

/** A rule: what it looks at, how that is now beside its threshold, and how often it fires. */
export function RuleRow({ view, isOpen, onEdit, say }: RuleRowProps) {
  const { id, name } = view.rule
  return (
    <OpenRow
      label={name}
      isOpen={isOpen}
      onToggle={() => changePage('alerts', { rule: isOpen ? '' : id })}
      summary={<Summary view={view} />}
    >
      {() => <Details view={view} onEdit={onEdit} say={say} />}
    </OpenRow>
  )
}

function Summary({ view }: { view: AlertRuleView }) {
  const { rule, source, isLocked, isOverridden, subjects, firing, pending } = view
  return (
    <div className={`flex flex-wrap items-start justify-between gap-x-6 gap-y-2 ${rule.enabled ? '' : 'text-soft'}`}>
      <div className="flex min-w-0 flex-[1_1_20rem] flex-col gap-1">
        <p className="flex min-w-0 flex-wrap items-baseline gap-x-2 gap-y-1">
          <SeverityMark severity={rule.severity} isQuiet={firing === 0} />
          <b className="min-w-0 font-semibold break-words">{rule.name}</b>
          {firing > 0 && <span className="text-xs font-semibold text-bad">{exact(firing)} firing</span>}
          {pending > 0 && <span className="text-xs text-soft">{exact(pending)} pending</span>}
        </p>
        <p className="min-w-0 text-[0.8125rem] break-words">{ruleText(rule)}</p>
        <p className="flex min-w-0 flex-wrap gap-1.5">
          {!rule.enabled && <Tag>switched off</Tag>}
          {source === 'default' && !isOverridden && <Tag>comes with Zenith</Tag>}
          {source === 'code' && (
            <Tag title={isLocked ? 'The option alerts.rules has it: change it there, or override it here' : ''}>
              {isLocked && <Lock className="size-3" aria-hidden="true" />}
              from code
            </Tag>
          )}
          {isOverridden && <Tag>overridden here</Tag>}
          {rule.enabled && subjects === 0 && <Tag isWarning>matches nothing</Tag>}
          {subjects > 0 && <Tag>{plural(subjects, 'subject')}</Tag>}
        </p>
      </div>
      <NowFigure view={view} />
    </div>
  )
}

/** The worst value beside the threshold of its condition, which is named where there are several. */
function NowFigure({ view: { rule, value, worst, condition: index, spark, firing } }: { view: AlertRuleView }) {
  const condition = rule.conditions[index] ?? rule.conditions[0]
  if (!condition) return null
  const { label, unit } = METRICS[condition.metric]
  return (
    <div className="flex items-center gap-x-4">
      <RuleSpark values={spark} threshold={condition.threshold} isMet={firing > 0} />
      <p
        className="flex items-baseline gap-x-2 whitespace-nowrap sm:block sm:min-w-28 sm:text-right"
        title={worst && value !== null ? `The worst: ${subjectText(worst)}` : undefined}
      >
        <span className={`font-semibold sm:block ${firing > 0 ? 'text-bad' : value === null ? 'text-soft' : ''}`}>
          {valueText(value, unit)}
        </span>
        {rule.conditions.length > 1 && <span className="label sm:block">{label}</span>}
        <span className="label">
          {COMPARED[condition.is]} {valueText(condition.threshold, unit)}
        </span>
      </p>
    </div>
  )
}

function Details({ view, onEdit, say }: Pick<RuleRowProps, 'view' | 'onEdit' | 'say'>) {
  const { rule, worst, left } = view
  const history = useAlertHistory({ rule: rule.id })
  const receivers = useReceivers().data?.items
  const names = rule.receivers.map((id) => receivers?.find((one) => one.id === id)?.name ?? id)
  return (
    <>
      {rule.note && <Note text={rule.note} />}
      <Facts
        isProse
        facts={[
          ['id', rule.id],
          ['applies to', scopeText(rule.scope) || 'everything'],
          ['worst now', worst && subjectText(worst)],
          ['fires', rule.forMs === 0 ? 'at once' : `after ${lengthText(rule.forMs)}`],
          ['resolved', rule.clearForMs === 0 ? 'at once' : `after ${lengthText(rule.clearForMs)}`],
          ['receivers', names.length > 0 ? names.join(', ') : 'all that take its severity'],
          ['cooldown', rule.cooldownMs === 0 ? 'none' : lengthText(rule.cooldownMs)],
          ['reminders', rule.remindMs === null ? 'none' : `every ${lengthText(rule.remindMs)}`],
          ['beyond the limit', left > 0 ? `${exact(left)} more alerts are counted, and not remembered` : null],
        ]}
      />
      <RuleButtons view={view} onEdit={onEdit} say={say} />
      <EventList
        title="History of this rule"
        query={history}
        listing={history.data}
        all={{ page: 'alerts', tab: 'history', rule: rule.id, kept: 'all' }}
        hasSubjects
      />
    </>
  )
}

function RuleButtons({ view, onEdit, say }: Pick<RuleRowProps, 'view' | 'onEdit' | 'say'>) {
  const { rule, source, isLocked, isOverridden, firing, pending } = view
  const change = useRulesChange()
  const [isAsking, setIsAsking] = useState(false)
  const toggle = () =>
    change.mutate(
      { action: 'save', rule: { ...rule, enabled: !rule.enabled } },
      { onSuccess: () => say({ isGood: true, text: `${rule.name} is switched ${rule.enabled ? 'off' : 'on'}` }) },
    )
  return (
    <div className="flex flex-wrap items-start gap-1.5">
      {onEdit && (
        <Button onClick={onEdit}>
          <Pencil className="size-3.5" aria-hidden="true" />
          {isLocked ? 'Override' : 'Edit'}
        </Button>
      )}
      {onEdit && !isLocked && (
        <Button disabled={change.isPending} onClick={toggle}>
          <Power className="size-3.5" aria-hidden="true" />
          {rule.enabled ? 'Switch off' : 'Switch on'}
        </Button>
      )}
      {onEdit && isOverridden && (
        <Button onClick={() => setIsAsking(true)}>
          <RotateCcw className="size-3.5" aria-hidden="true" />
          Reset
        </Button>
      )}
      {onEdit && source === 'page' && (
        <Button onClick={() => setIsAsking(true)}>
          <Trash2 className="size-3.5" aria-hidden="true" />
          Delete
        </Button>
      )}
      <CopyButton label="Copy as code" text={() => ruleCode(rule)} icon={Braces} />
      {firing + pending > 0 && (
        <PageLink to={{ page: 'alerts', tab: 'firing', q: rule.name }} className={LINK_BUTTON}>
          Its alerts
        </PageLink>
      )}
      <Problem error={change.error} />
      {isAsking && <RuleQuestion view={view} say={say} onClose={() => setIsAsking(false)} />}
    </div>
  )
}
