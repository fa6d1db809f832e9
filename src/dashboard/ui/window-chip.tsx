import { leaveWindow, useTimeRange } from '../routing/route.js'
import { Chip } from './chip.js'
import { windowInWords } from './period.js'

/** The window that replaces the period, and the way back; nothing without one. */
export function WindowChip() {
  const { window } = useTimeRange()
  if (!window) return null
  return <Chip label="Window" value={windowInWords(window)} onRemove={leaveWindow} />
}
