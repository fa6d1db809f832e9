import { Fragment, type ReactNode } from 'react'
import type { NodeSample } from '../../../api/nodes.js'
import type { Heartbeat } from '../../../protocol/heartbeat.js'
import { pastOf } from '../../ui/charts/gaps.js'
import { Sparkline } from '../../ui/charts/sparkline.js'
import { bytes, bytesOf, cores, count, duration, percent, rate } from '../../ui/format.js'
import { Gauge } from '../../ui/gauge.js'
import { LEVEL_TEXT, LevelWord } from '../../ui/level-word.js'
import { cpuLevel, type Level, loopLevel, memoryLevel } from '../../ui/levels.js'

interface TileData {
  heartbeat: Heartbeat
  samples: readonly NodeSample[]
}

/** A node that reports no process, such as the agent's for a host, shows the machine's figures. */
export function CpuTile({ heartbeat: { cpu }, samples }: TileData) {
  const isMachine = cpu.process === null
  const value = cpu.process ?? cpu.system
  const system = `system ${percent(cpu.system)}`
  return (
    <Tile
      label="CPU"
      value={percent(value)}
      unit={isMachine && value !== null ? 'system' : undefined}
      level={cpuLevel(value)}
      spark={<Sparkline values={pastOf(samples, (sample) => sample.cpu)} atLeast={20} />}
      gauge={
        <Gauge
          label="CPU"
          value={value}
          behind={isMachine ? null : cpu.system}
          level={cpuLevel(value)}
          text={isMachine ? system : `process ${percent(value)}, ${system}`}
        />
      }
    >
      <Parts
        of={[
          !isMachine && (
            <>
              {system} <LevelWord level={cpuLevel(cpu.system)} />
            </>
          ),
          cores(cpu.cores),
          (cpu.throttled ?? 0) > 0 && <span className="text-warn">throttled {duration(cpu.throttled)}</span>,
        ]}
      />
    </Tile>
  )
}

export function MemoryTile({ heartbeat: { memory }, samples }: TileData) {
  const { rss, heapUsed, heapLimit } = memory.process
  const isMachine = rss === null
  const value = rss ?? memory.system.used
  const isLimited = memory.system.limit !== null
  const total = memory.system.limit ?? memory.system.total
  const used = shareOf(value, total)
  const whole = `${isLimited ? 'limit' : 'of'} ${bytes(total)}`
  return (
    <Tile
      label="Memory"
      value={bytes(value)}
      unit={isMachine && value !== null ? 'system' : undefined}
      level={memoryLevel(used)}
      spark={<Sparkline values={pastOf(samples, (sample) => sample.rss)} atLeast={1} />}
      gauge={
        <Gauge
          label="Memory"
          value={used}
          behind={isLimited || isMachine ? null : shareOf(memory.system.used, total)}
          level={memoryLevel(used)}
          text={`${bytes(value)} ${whole}`}
        />
      }
    >
      <Parts of={[whole, !isMachine && `heap ${bytesOf(heapUsed, heapLimit)}`]} />
    </Tile>
  )
}

/** Without an event loop, as of a host: the load. */
export function LoopTile({ heartbeat: { eventLoop, cpu }, samples }: TileData) {
  if (!eventLoop && cpu.load && cpu.process === null) return <LoadTile load={cpu.load} />
  const busy = eventLoop?.utilization ?? null
  return (
    <Tile
      label="Event loop"
      value={duration(eventLoop?.p99)}
      unit="p99"
      level={loopLevel(eventLoop?.p99)}
      spark={<Sparkline values={pastOf(samples, (sample) => sample.loop)} atLeast={20} />}
    >
      <Parts of={[`max ${duration(eventLoop?.max)}`, `${percent(busy === null ? null : busy * 100)} busy`]} />
    </Tile>
  )
}

function LoadTile({ load: [now, ...before] }: { load: readonly number[] }) {
  return (
    <Tile label="Load" value={String(now)} unit="1 min">
      <Parts of={before.map((load, index) => `${index === 0 ? '5' : '15'} min ${load}`)} />
    </Tile>
  )
}

export function RequestsTile({ heartbeat: { requests, connections }, samples }: TileData) {
  return (
    <Tile
      label="Requests"
      value={rate(requests?.rate)}
      spark={<Sparkline values={pastOf(samples, (sample) => sample.rate)} atLeast={1} />}
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

/** Short texts in a row, which breaks between them and not within. Those that are empty are left out. */
function Parts({ of }: { of: readonly ReactNode[] }) {
  const parts = of.filter(Boolean)
  return parts.map((part, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts have no other name and never change places
    <Fragment key={index}>
      {index > 0 && ' · '}
      <span className="whitespace-nowrap">{part}</span>
    </Fragment>
  ))
}

interface TileProps {
  label: string
  value: string
  /** What the value is, when the label does not say it. */
  unit?: string | undefined
  level?: Level
  spark?: ReactNode
  gauge?: ReactNode
  /** The lesser figures. */
  children: ReactNode
}

/** One measured thing of a server. */
function Tile({ label, value, unit, level = 'fine', spark, gauge, children }: TileProps) {
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
