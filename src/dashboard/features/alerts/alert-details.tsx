import type { Alert } from '../../../api/alerts.js'
import { useAlertHistory, useAlertRules, useSilences } from '../../api/alerts-api.js'
import { useHasArchive } from '../../api/session.js'
import { timeTravelTarget } from '../../routing/time-travel-target.js'
import { CopyLink } from '../../ui/copy-link.js'
import { Facts } from '../../ui/facts.js'
import { exactTime } from '../../ui/format.js'
import { LINK_BUTTON } from '../../ui/link-style.js'
import { PageLink } from '../../ui/page-link.js'
import { EventList } from './event-list.js'
import { Note } from './note.js'
import { ruleText, weeklyText } from './words.js'

/** All that is known of an alert: its times, its rule, and what it did before. */
export function AlertDetails({ alert }: { alert: Alert }) {
  const { id, rule: ruleId, acknowledged, silence, since, firedAt, sentAt } = alert
  const rule = useAlertRules().data?.items.find((one) => one.rule.id === ruleId)?.rule
  const muted = useSilences().data?.items.find((one) => one.id === silence)
  const history = useAlertHistory({ alert: id })
  const hasArchive = useHasArchive()
  return (
    <>
      {rule?.note && <Note text={rule.note} />}
      <Facts
        isProse
        facts={[
          ['condition met', exactTime(since)],
          ['fired', firedAt === null ? 'not yet' : exactTime(firedAt)],
          ['last message', sentAt === null ? 'none yet' : exactTime(sentAt)],
          ['acknowledged', acknowledged && `by ${acknowledged.by}, ${exactTime(acknowledged.at)}`],
          ['silenced', muted && `${muted.reason} (${muted.by}${muted.weekly ? `, ${weeklyText(muted.weekly)}` : ''})`],
          ['rule', rule && ruleText(rule)],
          ['environment', alert.subject.environment],
          ['host', alert.subject.kind === 'host' ? null : alert.subject.host],
          ['services', alert.subject.services.join(', ')],
        ]}
      />
      <div className="flex flex-wrap gap-1.5">
        <PageLink to={{ page: 'alerts', tab: 'rules', rule: ruleId }} className={LINK_BUTTON}>
          Its rule
        </PageLink>
        {hasArchive && firedAt !== null && (
          <PageLink to={timeTravelTarget(firedAt)} className={LINK_BUTTON}>
            The fleet when it fired
          </PageLink>
        )}
        <CopyLink to={{ page: 'alerts', alert: id }} />
      </div>
      <EventList
        title="History of this alert"
        query={history}
        listing={history.data}
        all={{ page: 'alerts', tab: 'history', alert: id, kept: 'all' }}
      />
    </>
  )
}
