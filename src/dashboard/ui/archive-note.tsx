import { useIsArchived } from '../api/history-api.js'
import { useRoute, useTimeRange } from '../routing/route.js'
import { whenInWords } from './period.js'

interface ArchiveNoteProps {
  /** Where the figures end, Unix ms; undefined as long as that is not known. */
  at?: number | undefined
  /** Whether figures come from the archive. @default for times that only an archive has */
  isArchived?: boolean
  /** What else of the page is of another time: `Health, servers and queues are as of now.` */
  children?: string
}

/** Says that figures come from the archive and up to when; nothing where they are live. */
export function ArchiveNote({ at, isArchived, children }: ArchiveNoteProps) {
  const range = useTimeRange()
  const { env, version } = useRoute()
  const isBeyond = useIsArchived(range)
  if (!(isArchived ?? isBeyond)) return null
  return (
    <p role="status" className="label">
      From the archive{at !== undefined && `, to ${whenInWords(at)}`}. {children}
      {(env || version) && ' Environment and version narrow only what runs now.'}
    </p>
  )
}
