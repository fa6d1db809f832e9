import { ChevronRight } from 'lucide-react'
import type { JobView } from '../../../api/jobs.js'
import { plural } from '../../ui/format.js'
import { Section } from '../../ui/section.js'
import { StackTrace } from '../../ui/stack-trace.js'

/** Why it failed, and the stack of each attempt that its system keeps, the newest first. */
export function JobAttempts({ job }: { job: JobView }) {
  const { failure, error, stacks, attempts } = job
  const why = failure ?? error
  if (!why && stacks.length === 0) return null
  const made = attempts ?? stacks.length
  return (
    <Section title="Errors" aside={`${plural(stacks.length, 'stack')} kept of ${plural(made, 'attempt')}`}>
      <div className="flex flex-col gap-3">
        {why && (
          <p className="rounded-xl bg-bad-wash px-3 py-2 font-medium break-words whitespace-pre-wrap text-bad">{why}</p>
        )}
        {stacks
          .map((stack, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: stacks have no other name and never change places
            <details key={index} open={index === stacks.length - 1} className="group">
              <summary data-row="" className="label flex w-fit items-center gap-1 rounded-sm py-0.5 hover:text-text">
                <ChevronRight className="size-3.5 group-open:rotate-90" aria-hidden="true" />
                {index === stacks.length - 1
                  ? 'Last stack'
                  : `${plural(stacks.length - 1 - index, 'attempt')} before it`}
              </summary>
              <div className="mt-1">
                <StackTrace stack={stack} />
              </div>
            </details>
          ))
          .reverse()}
      </div>
    </Section>
  )
}
