import { withPatience } from '../../lib/async.js'
import { isQuasarError } from '../../lib/errors.js'
import type { Archive } from '../../ports/index.js'
import { type ArchiveSettings, archiveAt } from '../arguments/archive.js'
import { Problem } from '../arguments/command.js'
import type { Voice } from '../terminal/lines.js'

export interface OpenedArchive {
  readonly archive: Archive | null
  /** What to say about it; null for nothing. */
  readonly line: string | null
}

const NONE: OpenedArchive = { archive: null, line: null }

/** How long the start may wait for a database on another machine, ms. Zenith opens it again anyway. */
const OPEN_WITHIN_MS = 5_000

/**
 * Opens Zenith's archive. One that does not open stays: Zenith reports the reason and tries again. Without a package that it needs it never will:
 * then the default archive is left out.
 *
 * @throws Problem if the archive was named and a package is missing
 */
export async function openArchive(settings: ArchiveSettings | null, voice: Voice): Promise<OpenedArchive> {
  if (!settings) return NONE
  const archive = archiveAt(settings.place)
  try {
    await withPatience(archive.open(), OPEN_WITHIN_MS)
    const way = settings.isDefault ? '; --archive none switches it off' : ''
    return { archive, line: `Zenith archives to ${archive.place}${way}` }
  } catch (error) {
    if (isQuasarError(error) && error.code === 'missing_package') return leaveOut(archive, error, settings, voice)
    voice.warn(`Zenith has no history until the archive opens.${settings.isDefault ? WAYS : ''}`)
    return { archive, line: null }
  }
}

const WAYS = ' --archive DIR names another directory, --archive none switches it off.'

async function leaveOut(archive: Archive, { message }: Error, { isDefault }: ArchiveSettings, voice: Voice) {
  await archive.close()
  if (!isDefault) throw new Problem(message, 1)
  voice.warn(`Zenith runs without an archive. ${message}`)
  return NONE
}
