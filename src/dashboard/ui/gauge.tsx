import type { Level } from './levels.js'

const FILL: Readonly<Record<Level, string>> = { fine: 'bg-accent', high: 'bg-warn', critical: 'bg-bad' }

interface GaugeProps {
  label: string
  /** 0–100; null is unknown and drawn empty. */
  value: number | null
  /** A second, paler figure on the same scale, such as the whole machine's behind the process's. */
  behind?: number | null
  level?: Level
  /** The figures in words. */
  text: string
}

/** A bar of 0–100 %. */
export function Gauge({ label, value, behind = null, level = 'fine', text }: GaugeProps) {
  return (
    // <meter> has no second figure, and no browser draws it alike.
    // biome-ignore lint/a11y/useSemanticElements: see above
    <div
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={clamp(value ?? 0)}
      aria-valuetext={text}
      className="relative h-1.5 overflow-hidden rounded-full bg-track"
    >
      {behind !== null && (
        <span className="draw absolute inset-y-0 left-0 bg-accent-dim" style={{ width: `${clamp(behind)}%` }} />
      )}
      {value !== null && (
        <span
          className={`draw absolute inset-y-0 left-0 rounded-full ${FILL[level]}`}
          style={{ width: `${clamp(value)}%` }}
        />
      )}
    </div>
  )
}

function clamp(value: number): number {
  return Math.min(100, Math.max(0, Math.round(value * 10) / 10))
}
