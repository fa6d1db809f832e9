import type { Level } from './levels.js'

export const LEVEL_TEXT: Readonly<Record<Level, string>> = { fine: '', high: 'text-warn', critical: 'text-bad' }

/** Says in a word what the colour of a figure says. */
export function LevelWord({ level }: { level: Level }) {
  if (level === 'fine') return null
  return <span className={`text-xs font-medium ${LEVEL_TEXT[level]}`}>{level === 'high' ? 'high' : 'very high'}</span>
}
