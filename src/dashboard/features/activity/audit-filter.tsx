import { type LinesAsked, linesQuery } from '../../api/activity-api.js'
import { usePathOf } from '../../api/place.js'
import { changePage } from '../../routing/route.js'
import { plural } from '../../ui/format.js'
import { LINK_BUTTON } from '../../ui/link-style.js'
import { Select } from '../../ui/select.js'

/** Lines in a table, at most. */
const TABLE_LINES = '1000'
const RESULTS = { true: 'done', false: 'not completed' } as const

interface AuditFilterProps {
  asked: LinesAsked
  /** What can be chosen: what was in a line so far. */
  choices: Readonly<Record<'users' | 'queues' | 'actions' | 'ways', readonly string[]>>
  /** Actions that are shown; undefined before the first answer. */
  amount: number | undefined
}

/** Narrows the audit trail. */
export function AuditFilter({ asked, choices, amount }: AuditFilterProps) {
  const pathOf = usePathOf()
  const { user, action, queue, via, ok } = asked
  const result = ok === 'true' || ok === 'false' ? RESULTS[ok] : ''
  return (
    <div className="grid grid-cols-2 items-center gap-2 sm:flex sm:flex-wrap">
      <Select
        label="User"
        all="All users"
        options={choices.users}
        value={user}
        onChoose={(value) => changePage('activity', { user: value })}
      />
      <Select
        label="Action"
        all="All actions"
        options={choices.actions}
        value={action}
        onChoose={(value) => changePage('activity', { action: value })}
      />
      <Select
        label="Queue"
        all="All queues"
        options={choices.queues}
        value={queue}
        onChoose={(value) => changePage('activity', { ofQueue: value })}
      />
      <Select
        label="Way in"
        all="All ways in"
        options={choices.ways}
        value={via}
        onChoose={(value) => changePage('activity', { via: value })}
      />
      <Select
        label="Result"
        all="All results"
        options={Object.values(RESULTS)}
        value={result}
        onChoose={(value) => changePage('activity', { ok: okOf(value) })}
      />
      <div className="col-span-2 flex items-center gap-2 sm:ml-auto">
        <p role="status" className="label">
          {amount !== undefined && `${plural(amount, 'action')} shown`}
        </p>
        {amount !== undefined && amount > 0 && (
          <a
            className={`${LINK_BUTTON} ml-auto`}
            href={pathOf(`api/audit${linesQuery(asked, { format: 'csv', limit: TABLE_LINES })}`)}
          >
            CSV of the newest 1,000 lines
          </a>
        )}
      </div>
    </div>
  )
}

function okOf(word: string): '' | 'true' | 'false' {
  if (word === '') return ''
  return word === RESULTS.true ? 'true' : 'false'
}
