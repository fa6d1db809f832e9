import type { ReactNode } from 'react'
import { LEVEL_TEXT, LevelWord } from '../../ui/level-word.js'
import type { Level } from '../../ui/levels.js'

interface TileProps {
  label: string
  value: string
  /** What the value is, when the label does not say it. */
  unit?: string
  level?: Level
  spark?: ReactNode
  gauge?: ReactNode
  /** The lesser figures. */
  children: ReactNode
}

/** One measured thing of a server. */
export function Tile({ label, value, unit, level = 'fine', spark, gauge, children }: TileProps) {
  return (
    <div className="flex min-w-0 flex-col">
      <p className="label">{label}</p>
      <div className="mt-0.5 flex h-8 items-end justify-between gap-2">
        <p className="flex items-baseline gap-1.5 whitespace-nowrap">
          <span className={`text-lg leading-7 font-semibold tracking-tight ${LEVEL_TEXT[level]}`}>{value}</span>
          {unit && <span className="label">{unit}</span>}
          <LevelWord level={level} />
        </p>
        {spark && <div className="flex min-w-0 flex-1 justify-end overflow-hidden">{spark}</div>}
      </div>
      <div className="mt-1.5">{gauge ?? <div className="h-1.5 border-t border-line" />}</div>
      <p className="label mt-1.5 leading-4">{children}</p>
    </div>
  )
}
