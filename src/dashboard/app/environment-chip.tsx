import { Lock } from 'lucide-react'
import { PRODUCTION } from '../../api/safety.js'
import { useSession } from '../api/session.js'

const LOOKS: Readonly<Record<string, string>> = {
  [PRODUCTION]: 'border-bad/40 bg-bad-wash text-bad',
  staging: 'border-warn/40 bg-warn-wash text-warn',
}

/** What the cluster is, in a word, and whether it may be changed; nothing where Zenith was told neither. */
export function EnvironmentChip() {
  const { environment = null, readOnly = false } = useSession() ?? {}
  return (
    <>
      {environment !== null && (
        <span
          title={`Environment: ${environment}`}
          className={`max-w-28 truncate rounded-md border px-1.5 py-0.5 text-xs font-medium ${LOOKS[environment] ?? 'border-line bg-raised text-soft'}`}
        >
          <span className="sr-only">Environment: </span>
          {environment}
        </span>
      )}
      {readOnly && (
        <span
          title="Read only: this Zenith is configured to change nothing of the apps"
          className="inline-flex shrink-0 items-center gap-1 rounded-md bg-raised px-1.5 py-0.5 text-xs whitespace-nowrap text-soft"
        >
          <Lock className="size-3" aria-hidden="true" />
          read only
        </span>
      )}
    </>
  )
}
