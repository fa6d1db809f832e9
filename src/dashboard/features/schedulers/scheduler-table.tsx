import { Pause, Pencil, Play, Trash2, TriangleAlert, Zap } from 'lucide-react'
import { useMemo } from 'react'
import type { SchedulerAction } from '../../../api/actions.js'
import type { SchedulerView } from '../../../api/schedulers.js'
import type { Session } from '../../../api/session.js'
import { useSession } from '../../api/session.js'
import { useFrozenProps } from '../../ui/action-button.js'
import { capital, count, UNKNOWN } from '../../ui/format.js'
import { Moment } from '../../ui/moment.js'
import { PageLink } from '../../ui/page-link.js'
import { type Column, DataTable } from '../../ui/tables/data-table.js'
import { useNarrow } from '../../ui/use-narrow.js'
import { type CronWords, oddness, schedulerActions, schedulerKey, scheduleWords } from './schedulers.js'
import { useCronWords } from './use-cron-words.js'

export type SchedulerAsk = SchedulerAction | 'show'

interface SchedulerTableProps {
  schedulers: readonly SchedulerView[]
  /** The same function on every drawing. */
  onAsk: (what: SchedulerAsk, scheduler: SchedulerView) => void
}

/** What makes jobs by the clock, the next to do so first. */
export function SchedulerTable({ schedulers, onAsk }: SchedulerTableProps) {
  const words = useCronWords()
  const session = useSession()
  const isNarrow = useNarrow()
  const columns = useMemo(() => columnsOf(words, session, onAsk), [words, session, onAsk])
  return (
    <DataTable
      label="Schedulers"
      columns={isNarrow ? columns.filter(({ key }) => key in NARROW_WIDTHS).map(narrow) : columns}
      items={schedulers}
      keyOf={schedulerKey}
      stateOf={({ state }) => state}
      sort={{ key: 'next', down: false }}
      minWidth={isNarrow ? '20rem' : '66rem'}
      rowHeight={58}
    />
  )
}

/** Where there is no room: what can be done is found where one is opened. */
const NARROW_WIDTHS: Readonly<Record<string, string>> = { id: '70%', next: '30%' }

function narrow(column: Column<SchedulerView>): Column<SchedulerView> {
  return { ...column, width: NARROW_WIDTHS[column.key] ?? column.width }
}

function columnsOf(
  words: CronWords,
  session: Session | null,
  onAsk: SchedulerTableProps['onAsk'],
): readonly Column<SchedulerView>[] {
  return [
    {
      key: 'id',
      title: 'Scheduler',
      isText: true,
      width: '24%',
      value: ({ id }) => id,
      cell: (one) => <NameCell scheduler={one} onShow={() => onAsk('show', one)} />,
    },
    {
      key: 'queue',
      title: 'Queue',
      isText: true,
      width: '12%',
      value: ({ queueName }) => queueName,
      cell: ({ queue, queueName }) => (
        <PageLink to={{ page: 'queue', queue }} title={queueName} className="row-link">
          {queueName}
        </PageLink>
      ),
    },
    {
      key: 'schedule',
      title: 'Schedule',
      isText: true,
      width: '23%',
      value: (one) => scheduleWords(one, words),
      cell: (one) => <ScheduleCell scheduler={one} words={words} />,
    },
    {
      key: 'next',
      title: 'Next',
      width: '9%',
      value: ({ next }) => next,
      cell: ({ next }) => <Moment at={next} />,
    },
    {
      key: 'last',
      title: 'Last',
      width: '9%',
      value: ({ last }) => last,
      cell: ({ last }) => <Moment at={last} />,
    },
    {
      key: 'runs',
      title: 'Runs',
      width: '6%',
      value: ({ runs }) => runs,
      cell: ({ runs }) => <span className={runs === null ? 'text-soft' : ''}>{count(runs)}</span>,
    },
    {
      key: 'actions',
      title: 'Actions',
      hideTitle: true,
      width: '17%',
      cell: (one) => <Actions scheduler={one} session={session} onAsk={onAsk} />,
    },
  ]
}

function NameCell({ scheduler, onShow }: { scheduler: SchedulerView; onShow: () => void }) {
  const { id, name, state } = scheduler
  const odd = oddness(scheduler)
  return (
    <div className="min-w-0">
      <p className="flex min-w-0 items-center gap-2">
        <button type="button" data-row="" title={id} className="row-link min-w-0 font-medium" onClick={onShow}>
          {id}
        </button>
        {(state === 'paused' || state === 'ended') && (
          <span className="shrink-0 rounded-md bg-warn-wash px-1.5 py-0.5 text-xs font-medium text-warn">{state}</span>
        )}
      </p>
      {odd ? (
        <p className="mt-0.5 flex min-w-0 items-center gap-1.5 text-xs text-warn">
          <TriangleAlert className="size-3.5 shrink-0" aria-hidden="true" />
          <span className="min-w-0 truncate" title={capital(odd)}>
            {capital(odd)}
          </span>
        </p>
      ) : (
        <PausedBy scheduler={scheduler} fallback={`makes ${name}`} />
      )}
    </div>
  )
}

function PausedBy({
  scheduler: { pausedBy, pausedAt, state },
  fallback,
}: {
  scheduler: SchedulerView
  fallback: string
}) {
  if (state !== 'paused' || pausedAt === null) return <p className="label mt-0.5 truncate">{fallback}</p>
  return (
    <p className="label mt-0.5 truncate">
      <Moment at={pausedAt} />
      {pausedBy && ` by ${pausedBy}`}
    </p>
  )
}

function ScheduleCell({ scheduler, words }: { scheduler: SchedulerView; words: CronWords }) {
  const { cron, timezone } = scheduler
  const text = scheduleWords(scheduler, words)
  return (
    <div className="min-w-0">
      <p className={`truncate ${text === UNKNOWN ? 'text-soft' : ''}`} title={text}>
        {text}
      </p>
      {cron && (
        <p className="label mt-0.5 truncate">
          <span className="font-mono">{cron}</span> · {timezone ?? 'the server’s time zone'}
        </p>
      )}
    </div>
  )
}

export const SIGNS: Readonly<Record<SchedulerAction, readonly [name: string, icon: typeof Zap]>> = {
  run: ['Run now', Zap],
  pause: ['Pause', Pause],
  resume: ['Resume', Play],
  save: ['Edit', Pencil],
  remove: ['Remove', Trash2],
}

function Actions({
  scheduler,
  session,
  onAsk,
}: { scheduler: SchedulerView; session: Session | null } & Pick<SchedulerTableProps, 'onAsk'>) {
  const frozen = useFrozenProps()
  return schedulerActions(scheduler, session).map((action) => {
    const [name, Icon] = SIGNS[action]
    return (
      <button
        key={action}
        type="button"
        data-shortcut={action === 'run' ? 'r' : action === 'remove' ? '#' : undefined}
        aria-label={`${name}: ${scheduler.id}`}
        title={name}
        {...frozen}
        className="inline-grid size-8 place-items-center rounded-lg text-soft -outline-offset-2 hover:bg-track hover:text-text disabled:cursor-not-allowed disabled:opacity-40"
        onClick={() => onAsk(action, scheduler)}
      >
        <Icon className="size-4" aria-hidden="true" />
      </button>
    )
  })
}
