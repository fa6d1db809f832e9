import { useMemo } from 'react'
import type { Delivery } from '../../../api/alerts.js'
import { useDeliveries } from '../../api/alerts-api.js'
import { Ago } from '../../ui/ago.js'
import { EmptyState } from '../../ui/empty-state.js'
import { exact } from '../../ui/format.js'
import { Loading } from '../../ui/loading.js'
import { Moment } from '../../ui/moment.js'
import { QueryNote } from '../../ui/query-note.js'
import { type Column, DataTable } from '../../ui/tables/data-table.js'
import { useNarrow } from '../../ui/use-narrow.js'

/** What was sent to whom, and what was answered. */
export function Deliveries() {
  const query = useDeliveries()
  const items = query.data?.items
  const isNarrow = useNarrow()
  const columns = useMemo(() => (isNarrow ? NARROW : COLUMNS), [isNarrow])
  return (
    <div className="flex flex-col gap-3">
      <QueryNote query={query} instead="There is no message to show." />
      {query.isPending && <Loading what="the messages" />}
      {items && items.length > 0 && (
        <DataTable
          label="Deliveries"
          columns={columns}
          items={items}
          keyOf={({ id, receiver }) => `${id} ${receiver}`}
          sort={{ key: 'given', down: false }}
          minWidth={isNarrow ? '20rem' : '60rem'}
          rowHeight={isNarrow ? 94 : 37}
        />
      )}
      {items?.length === 0 && (
        <div className="panel px-4 py-12">
          <EmptyState title="No message yet">Messages to receivers appear here, with what was answered.</EmptyState>
        </div>
      )}
    </div>
  )
}

const STATE = {
  waiting: ['waits', 'text-warn'],
  sent: ['sent', 'text-ok'],
  failed: ['failed', 'text-bad'],
} as const

/** The state of a delivery, as a word. */
export function DeliveryState({ state }: Pick<Delivery, 'state'>) {
  const [word, shade] = STATE[state]
  return <span className={`font-medium ${shade}`}>{word}</span>
}

const COLUMNS: readonly Column<Delivery>[] = [
  {
    key: 'title',
    title: 'Message',
    isText: true,
    width: '26%',
    value: ({ title }) => title,
    cell: ({ title }) => <span title={title}>{title}</span>,
  },
  { key: 'event', title: 'Tells', isText: true, width: '7%', value: ({ event }) => event, cell: ({ event }) => event },
  {
    key: 'receiver',
    title: 'Receiver',
    isText: true,
    width: '12%',
    value: ({ receiverName }) => receiverName,
    cell: ({ receiverName }) => <span title={receiverName}>{receiverName}</span>,
  },
  {
    key: 'state',
    title: 'State',
    isText: true,
    width: '7%',
    value: ({ state }) => state,
    cell: ({ state }) => <DeliveryState state={state} />,
  },
  {
    key: 'attempts',
    title: 'Attempts',
    width: '7%',
    value: ({ attempts }) => attempts,
    cell: ({ attempts }) => exact(attempts),
  },
  {
    key: 'next',
    title: 'Next',
    width: '8%',
    value: ({ nextAt }) => nextAt,
    cell: ({ nextAt }) => <Moment at={nextAt} />,
  },
  {
    key: 'answer',
    title: 'Answer',
    isText: true,
    width: '25%',
    value: ({ status }) => status,
    cell: ({ status, answer }) => (
      <span title={answer ?? undefined} className="text-soft">
        {answerText(status, answer)}
      </span>
    ),
  },
  { key: 'at', title: 'Written', width: '8%', value: ({ at }) => at, cell: ({ at }) => <Ago at={at} /> },
]

const NARROW: readonly Column<Delivery>[] = [
  {
    key: 'title',
    title: 'Message',
    isText: true,
    width: '66%',
    value: ({ title }) => title,
    cell: ({ title, receiverName, status, answer }) => (
      <span className="block py-1.5 whitespace-normal">
        <span className="line-clamp-2">{title}</span>
        <span className="label line-clamp-2">
          {receiverName} · {answerText(status, answer)}
        </span>
      </span>
    ),
  },
  {
    key: 'state',
    title: 'State',
    isText: true,
    width: '34%',
    value: ({ at }) => at,
    cell: ({ state, at }) => (
      <span className="block">
        <DeliveryState state={state} />
        <span className="label block">
          <Ago at={at} />
        </span>
      </span>
    ),
  },
]

/** `200 ok`, `no answer yet` */
export function answerText(status: number | null, answer: string | null): string {
  return [status, answer].filter((part) => part !== null && part !== '').join(' ') || 'no answer yet'
}
