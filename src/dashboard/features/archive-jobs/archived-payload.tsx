import { useMemo } from 'react'
import type { ArchivedAttempt, ArchivedJobDetail } from '../../../api/archived-jobs.js'
import { splitMasked } from '../../ui/pretty.js'
import { ShownTextView } from '../../ui/shown-text.js'

/** The payload that the newest attempt with one had: attempts of a job have the same. */
export function ArchivedPayload({ job: { attempts, payloads } }: { job: ArchivedJobDetail }) {
  const payload = attempts.findLast((attempt) => attempt.payload !== null)?.payload
  if (!payloads)
    return <p className="label">Your role can’t see payloads. An admin can allow it in Zenith’s options.</p>
  if (!payload)
    return (
      <p className="label">
        The archive has no payload of this job: its worker did not pass it on (<code>archiveJobs: 'payloads'</code>), or
        it was deleted for its age.
      </p>
    )
  return <Shown payload={payload} />
}

function Shown({ payload: { text, isCut } }: { payload: NonNullable<ArchivedAttempt['payload']> }) {
  const shown = useMemo(
    () => ({
      text,
      bytes: new TextEncoder().encode(text).length,
      isJson: isJson(text),
      isCut,
      isHidden: false,
      masked: Math.floor(splitMasked(text).length / 2),
    }),
    [text, isCut],
  )
  return (
    <div className="flex flex-col gap-1">
      <ShownTextView text={shown} label="Payload" />
      {isCut && <p className="label">The payload was longer: the archive keeps its beginning.</p>}
    </div>
  )
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
