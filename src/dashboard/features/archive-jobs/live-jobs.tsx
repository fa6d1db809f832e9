import { useState } from 'react'
import type { Overview } from '../../../api/overview.js'
import { Button } from '../../ui/button.js'
import { Section } from '../../ui/section.js'
import { JobsFound } from '../queues/jobs-search.js'
import { liveTextOf } from './search.js'

/** The same text among the jobs that queues have now. It is searched when that is asked for: it reads thousands of jobs. */
export function LiveJobs({ overview, search }: { overview: Overview; search: string }) {
  const text = liveTextOf(search)
  const [asked, setAsked] = useState('')
  if (text.length < 2 || overview.queues.length === 0) return null
  if (asked === text) return <JobsFound key={text} overview={overview} text={text} title="Live jobs" />
  return (
    <Section title="Live jobs">
      <div className="flex flex-wrap items-center gap-3">
        <Button onClick={() => setAsked(text)}>Search live jobs, too</Button>
        <p className="label min-w-0 break-words">
          Jobs that wait, are delayed, run or ended, as their queues have them now, with the text{' '}
          <span className="font-mono text-text">{text}</span>.
        </p>
      </div>
    </Section>
  )
}
