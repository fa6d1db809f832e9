import type { NodeSample } from '../../../api/nodes.js'
import type { Heartbeat } from '../../../protocol/heartbeat.js'
import { Sparkline } from '../../ui/charts/sparkline.js'
import { bytes, bytesOf, cores, count, duration, percent, rate } from '../../ui/format.js'
import { Gauge } from '../../ui/gauge.js'
import { LevelWord } from '../../ui/level-word.js'
import { cpuLevel, loopLevel, memoryLevel } from '../../ui/levels.js'
import { Parts } from './parts.js'
import { Tile } from './tile.js'

interface TileData {
  heartbeat: Heartbeat
  samples: readonly NodeSample[]
}

export function CpuTile({ heartbeat: { cpu }, samples }: TileData) {
  const system = `system ${percent(cpu.system)}`
  return (
    <Tile
      label="CPU"
      value={percent(cpu.process)}
      level={cpuLevel(cpu.process)}
      spark={<Sparkline values={samples.map((sample) => sample.cpu)} atLeast={20} />}
      gauge={
        <Gauge
          label="CPU"
          value={cpu.process}
          behind={cpu.system}
          level={cpuLevel(cpu.process)}
          text={`process ${percent(cpu.process)}, ${system}`}
        />
      }
    >
      <Parts
        of={[
          <>
            {system} <LevelWord level={cpuLevel(cpu.system)} />
          </>,
          cores(cpu.cores),
          (cpu.throttled ?? 0) > 0 && <span className="text-warn">throttled {duration(cpu.throttled)}</span>,
        ]}
      />
    </Tile>
  )
}

export function MemoryTile({ heartbeat: { memory }, samples }: TileData) {
  const { rss, heapUsed, heapLimit } = memory.process
  const isLimited = memory.system.limit !== null
  const total = memory.system.limit ?? memory.system.total
  const used = shareOf(rss, total)
  const whole = `${isLimited ? 'limit' : 'of'} ${bytes(total)}`
  return (
    <Tile
      label="Memory"
      value={bytes(rss)}
      level={memoryLevel(used)}
      spark={<Sparkline values={samples.map((sample) => sample.rss)} atLeast={1} />}
      gauge={
        <Gauge
          label="Memory"
          value={used}
          behind={isLimited ? null : shareOf(memory.system.used, total)}
          level={memoryLevel(used)}
          text={`${bytes(rss)} ${whole}`}
        />
      }
    >
      <Parts of={[whole, `heap ${bytesOf(heapUsed, heapLimit)}`]} />
    </Tile>
  )
}

export function LoopTile({ heartbeat: { eventLoop }, samples }: TileData) {
  const busy = eventLoop?.utilization ?? null
  return (
    <Tile
      label="Event loop"
      value={duration(eventLoop?.p99)}
      unit="p99"
      level={loopLevel(eventLoop?.p99)}
      spark={<Sparkline values={samples.map((sample) => sample.loop)} atLeast={20} />}
    >
      <Parts of={[`max ${duration(eventLoop?.max)}`, `${percent(busy === null ? null : busy * 100)} busy`]} />
    </Tile>
  )
}

export function RequestsTile({ heartbeat: { requests, connections }, samples }: TileData) {
  return (
    <Tile
      label="Requests"
      value={rate(requests?.rate)}
      spark={<Sparkline values={samples.map((sample) => sample.rate)} atLeast={1} />}
    >
      <Parts
        of={[
          requests ? inFlightText(requests) : 'none reported',
          connections && `Connections ${count(connections.open)} open`,
        ]}
      />
    </Tile>
  )
}

function inFlightText({ inFlight, oldestMs }: NonNullable<Heartbeat['requests']>): string {
  const text = `${count(inFlight)} in flight`
  return !inFlight || oldestMs === null ? text : `${text}, oldest ${duration(oldestMs)}`
}

/** 0–100 */
function shareOf(part: number | null, whole: number | null): number | null {
  return part === null || !whole ? null : (part / whole) * 100
}
