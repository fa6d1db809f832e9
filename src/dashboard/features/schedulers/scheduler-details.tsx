import type { SchedulerAction } from '../../../api/actions.js'
import type { SchedulerView } from '../../../api/schedulers.js'
import { useSession } from '../../api/session.js'
import { Button } from '../../ui/button.js'
import { DialogButtons } from '../../ui/confirm-dialog.js'
import { Dialog } from '../../ui/dialog.js'
import { Facts } from '../../ui/facts.js'
import { capital, count, exactTime } from '../../ui/format.js'
import { CodeBox, ShownTextView } from '../../ui/shown-text.js'
import { SIGNS } from './scheduler-table.js'
import { oddness, schedulerActions, scheduleWords } from './schedulers.js'
import { useCronWords } from './use-cron-words.js'

interface SchedulerDetailsProps {
  scheduler: SchedulerView
  onAsk: (action: SchedulerAction) => void
  onClose: () => void
}

/** A scheduler with what its jobs carry, and what can be done with it. */
export function SchedulerDetails({ scheduler, onAsk, onClose }: SchedulerDetailsProps) {
  const words = useCronWords()
  const session = useSession()
  const { id, name, queueName, cron, timezone, limit, from, until, next, last, runs, data, options } = scheduler
  const at = (time: number | null) => (time === null ? null : exactTime(time))
  const odd = oddness(scheduler)
  return (
    <Dialog title={id} onClose={onClose}>
      <div className="flex min-h-0 flex-col gap-4 overflow-y-auto px-5 py-4">
        {odd && <p className="text-warn">{capital(odd)}.</p>}
        <Facts
          facts={[
            ['queue', queueName],
            ['jobs', name],
            ['schedule', scheduleWords(scheduler, words)],
            ['cron', cron],
            ['time zone', cron && (timezone ?? 'the server’s')],
            ['next', at(next)],
            ['last', at(last)],
            ['runs', runs === null ? null : count(runs)],
            ['at most', limit === null ? null : `${count(limit)} runs`],
            ['from', at(from)],
            ['until', at(until)],
          ]}
        />
        <div>
          <p className="label mb-1">Data of its jobs</p>
          <ShownTextView text={data} label="Data" />
        </div>
        {options && (
          <div>
            <p className="label mb-1">Options of its jobs</p>
            <CodeBox label="Options">{JSON.stringify(options, null, 2)}</CodeBox>
          </div>
        )}
      </div>
      <DialogButtons>
        {schedulerActions(scheduler, session).map((action) => {
          const [name, Icon] = SIGNS[action]
          return (
            <Button key={action} onClick={() => onAsk(action)}>
              <Icon className="size-3.5" aria-hidden="true" />
              {name}
            </Button>
          )
        })}
        <Button onClick={onClose}>Close</Button>
      </DialogButtons>
    </Dialog>
  )
}
