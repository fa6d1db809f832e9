import type { DiskFigures } from '../../../protocol/figures.js'
import { bytes, percent } from '../../ui/format.js'
import { Gauge } from '../../ui/gauge.js'
import { LevelWord } from '../../ui/level-word.js'
import { diskLevel } from '../../ui/levels.js'

/** One bar per mount. */
export function DiskBars({ disks }: { disks: readonly DiskFigures[] }) {
  return (
    <ul className="flex flex-col gap-1.5">
      {disks.map(({ mount, usedPct, total, free }) => (
        <li key={mount} className="label grid grid-cols-[minmax(3rem,auto)_1fr_auto] items-center gap-3">
          <span className="max-w-32 truncate" title={mount}>
            Disk <span className="font-mono">{mount}</span>
          </span>
          <Gauge
            label={`Disk ${mount}`}
            value={usedPct}
            level={diskLevel(usedPct)}
            text={`${percent(usedPct)} used, ${bytes(free)} of ${bytes(total)} free`}
          />
          <span className="whitespace-nowrap">
            <LevelWord level={diskLevel(usedPct)} /> {percent(usedPct)} · {bytes(free)} free
          </span>
        </li>
      ))}
    </ul>
  )
}
