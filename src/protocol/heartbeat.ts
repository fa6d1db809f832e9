import { type Blocked, readBlocked } from './blocked.js'
import { readClockAhead } from './clock.js'
import { type Figures, readFigures } from './figures.js'
import { isLegacyHeartbeat, upgradeLegacyHeartbeat } from './legacy-heartbeat.js'
import { MAX_NAME_CHARS, PROTOCOL_VERSION } from './limits.js'
import { type Fields, own, readAmount, readObject, readOwnObject, readText, readTime, within } from './read.js'
import { readSetup } from './setup.js'

export const LANGUAGES = ['node', 'bun', 'deno', 'php', 'go', 'python', 'other'] as const
export type Language = (typeof LANGUAGES)[number]

/** One node's state at one moment. `null` is unknown and never means 0. */
export interface Heartbeat extends Figures {
  v: typeof PROTOCOL_VERSION
  id: string
  service: string
  /** Unix ms: by Redis' clock where `clockAhead` is known, otherwise by the node's. */
  timestamp: number
  /** How far the node's clock is ahead of Redis', ms, negative when it is behind; 0 for less than 2 s; null if unknown. */
  clockAhead: number | null
  /** Time between two reports of this node, in ms. */
  interval: number | null
  environment: string | null
  language: Language
  /** Version of the runtime. */
  version: string | null
  appVersion: string | null
  sdk: { name: string; version: string | null } | null
  pid: number | null
  hostname: string | null
  platform: string | null
  arch: string | null
  /** PM2, cluster or worker-thread number. */
  instance: string | null
  /** Number of the worker thread; null for a process, and for its main thread. */
  thread: number | null
  /** The process runs, and its event loop has not for a while; null if it turns, or if nothing watches it. */
  blocked: Blocked | null
  /** `uptime` in seconds. */
  runtime: { uptime: number | null; framework: string | null }
  /** Whether the app is ready, with the state of its dependencies. */
  ready: { status: string; deps: Fields | null } | null
  /** Notes on how it is built into the app: {@link SetupNote}; null if it was not checked. */
  setup: readonly string[] | null
  /** Custom data of the app; at most 4 KiB as JSON. */
  meta: Fields | null
}

/** Encodes the value of `node:{service}:{node}`. */
export function encodeHeartbeat(heartbeat: Heartbeat): string {
  return JSON.stringify(heartbeat)
}

/**
 * Reads a heartbeat of protocol 2, of protocol 1 (`pulse:*`, snake_case) or of the older SDK. Missing and invalid fields become null.
 *
 * @returns null when the text is not a heartbeat: not JSON, or without a service, an id or a timestamp
 */
export function parseHeartbeat(text: unknown, from: { service?: string; node?: string } = {}): Heartbeat | null {
  const fields = readObject(text)
  if (!fields) return null
  const current = isLegacyHeartbeat(fields) ? upgradeLegacyHeartbeat(fields) : fields
  const id = readText(current, 'id', MAX_NAME_CHARS) ?? from.node
  const service = readText(current, 'service', MAX_NAME_CHARS) ?? from.service
  const timestamp = readTime(current, 'timestamp')
  if (!id || !service || timestamp === null) return null
  return build(current, { id, service, timestamp })
}

/** One literal without spreads, which would take a fifth of the time that Zenith needs to read a large fleet. */
function build(fields: Fields, { id, service, timestamp }: Pick<Heartbeat, 'id' | 'service' | 'timestamp'>): Heartbeat {
  const figures = readFigures(fields)
  return {
    v: PROTOCOL_VERSION,
    id,
    service,
    timestamp,
    clockAhead: readClockAhead(fields),
    interval: readAmount(fields, 'interval'),
    environment: readText(fields, 'environment', MAX_NAME_CHARS),
    language: readLanguage(fields),
    version: readText(fields, 'version', MAX_NAME_CHARS),
    appVersion: readText(fields, 'appVersion', MAX_NAME_CHARS),
    sdk: readSdk(within(fields, 'sdk')),
    pid: readAmount(fields, 'pid'),
    hostname: readText(fields, 'hostname', MAX_NAME_CHARS),
    platform: readText(fields, 'platform', MAX_NAME_CHARS),
    arch: readText(fields, 'arch', MAX_NAME_CHARS),
    instance: readText(fields, 'instance', MAX_NAME_CHARS),
    thread: readAmount(fields, 'thread'),
    blocked: readBlocked(fields),
    cpu: figures.cpu,
    memory: figures.memory,
    disk: figures.disk,
    eventLoop: figures.eventLoop,
    gc: figures.gc,
    requests: figures.requests,
    connections: figures.connections,
    children: figures.children,
    recorder: figures.recorder,
    runtime: readRuntime(within(fields, 'runtime')),
    ready: readReady(within(fields, 'ready')),
    setup: readSetup(fields),
    meta: readOwnObject(fields, 'meta'),
  }
}

function readSdk(sdk: Fields): Heartbeat['sdk'] {
  const name = readText(sdk, 'name', MAX_NAME_CHARS)
  return name ? { name, version: readText(sdk, 'version', MAX_NAME_CHARS) } : null
}

function readRuntime(runtime: Fields): Heartbeat['runtime'] {
  return { uptime: readAmount(runtime, 'uptime'), framework: readText(runtime, 'framework', MAX_NAME_CHARS) }
}

function readLanguage(fields: Fields): Language {
  const language = own(fields, 'language')
  return LANGUAGES.find((known) => known === language) ?? 'other'
}

function readReady(ready: Fields): Heartbeat['ready'] {
  const status = readText(ready, 'status', MAX_NAME_CHARS)
  return status ? { status, deps: readOwnObject(ready, 'deps') } : null
}
