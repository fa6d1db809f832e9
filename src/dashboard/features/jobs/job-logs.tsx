import { useState } from 'react'
import { useJobLogs } from '../../api/queues-api.js'
import { Button } from '../../ui/button.js'
import { count } from '../../ui/format.js'
import { Problem } from '../../ui/problem.js'
import { Section } from '../../ui/section.js'
import { CodeBox } from '../../ui/shown-text.js'

const STEP = 100

/** What the job wrote, part by part. */
export function JobLogsSection({ queue, id }: { queue: string; id: string }) {
  const [offset, setOffset] = useState(0)
  const { data, error } = useJobLogs(queue, id, { offset, limit: STEP })
  const total = data?.total ?? 0
  const last = offset + (data?.lines.length ?? 0)
  return (
    <Section
      title="Logs"
      aside={total > 0 ? `lines ${count(offset + 1)}–${count(last)} of ${count(total)}` : ''}
      more={
        total > STEP && (
          <span className="flex gap-1.5">
            <Button disabled={offset === 0} onClick={() => setOffset(Math.max(0, offset - STEP))}>
              Earlier
            </Button>
            <Button disabled={last >= total} onClick={() => setOffset(offset + STEP)}>
              Later
            </Button>
          </span>
        )
      }
    >
      <Problem error={error} />
      {total > 0 ? (
        <CodeBox label="Logs">{(data?.lines ?? []).join('\n')}</CodeBox>
      ) : (
        !error && <p className="label">{data ? 'This job wrote no logs.' : 'Loading…'}</p>
      )}
    </Section>
  )
}
