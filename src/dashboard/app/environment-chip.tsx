import { Lock } from 'lucide-react'
import { PRODUCTION } from '../../api/safety.js'
import { useSession } from '../api/session.js'

const LOOKS: Readonly<Record<string, string>> = {
  [PRODUCTION]: 'border-bad/40 bg-bad-wash text-bad',
  staging: 'border-warn/40 bg-warn-wash text-warn',
}

/** What the cluster is, in a word; nothing where Zenith was not told. Small: it stands below the name. */
export function EnvironmentChip() {
  const environment = useSession()?.environment ?? null
  if (environment === null) return null
  return (
    <span
      title={`Environment: ${environment}`}
      className={`max-w-17 truncate rounded border px-1 text-[0.625rem] leading-3 font-medium tracking-normal ${LOOKS[environment] ?? 'border-line bg-raised text-soft'}`}
    >
      <span className="sr-only">Environment: </span>
      {environment}
    </span>
  )
}

/** Whether the cluster may not be changed. There is no room for its words, which the queues have. */
export function ReadOnlyMark() {
  if (!useSession()?.readOnly) return null
  return (
    <span title="Read only: this Zenith is configured to change nothing of the apps">
      <Lock className="size-3 text-soft" aria-hidden="true" />
      <span className="sr-only">read only</span>
    </span>
  )
}
