import type { FailureGroup } from '../../../api/failures.js'
import { isGone, useFailedJob } from '../../api/queues-api.js'
import { Loading } from '../../ui/loading.js'
import { Problem } from '../../ui/problem.js'
import { StackTrace } from '../../ui/stack-trace.js'

/** The stack of the newest job of a group, as its queue's system keeps it. */
export function SampleStack({ sample }: Pick<FailureGroup, 'sample'>) {
  const { data, error, isPending } = useFailedJob(sample)
  if (isPending) return <Loading what="the stack" />
  if (isGone(error)) return <p className="label">The newest job is gone, and its stack with it.</p>
  if (error) return <Problem error={error} />
  const stack = data?.stacks.at(-1)
  if (!stack) return <p className="label">Its queue’s system keeps no stack.</p>
  return <StackTrace stack={stack} />
}
