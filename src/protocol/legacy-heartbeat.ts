import { type Fields, fieldsOf, own, readAmount, within } from './read.js'

/**
 * Heartbeats from before protocol 2:
 * - protocol 1, at `pulse:server:{app}:{id}`: snake_case, in groups `system`, `process` and `meta`;
 * - the older Gravito SDK, at `gravito:quasar:node:*` and `pulse:{service}:{id}`: no `v`, otherwise today's names.
 */
export function isLegacyHeartbeat(fields: Fields): boolean {
  return (
    own(fields, 'v') === undefined && fieldsOf(own(fields, 'cpu')) === null && fieldsOf(own(fields, 'system')) !== null
  )
}

/** Converts a protocol 1 heartbeat to today's names. Its id is only in its key. */
export function upgradeLegacyHeartbeat(fields: Fields): Fields {
  const system = within(fields, 'system')
  const process = within(fields, 'process')
  const meta = within(fields, 'meta')
  return {
    id: own(fields, 'id'),
    service: own(meta, 'app_name') ?? own(fields, 'service'),
    timestamp: own(fields, 'timestamp'),
    environment: own(meta, 'environment'),
    language: own(meta, 'runtime'),
    version: own(meta, 'version'),
    pid: own(process, 'pid'),
    hostname: own(system, 'hostname'),
    platform: own(system, 'platform'),
    cpu: {
      system: own(system, 'cpu_usage'),
      process: own(process, 'cpu_usage'),
      cores: own(system, 'cpu_count') ?? own(system, 'cpu_cores'),
      load: own(system, 'load_avg'),
    },
    memory: {
      system: {
        total: own(system, 'memory_total'),
        free: own(system, 'memory_free'),
        used: usedMemory(system),
      },
      process: {
        rss: own(process, 'memory_rss'),
        heapUsed: own(process, 'memory_heap') ?? own(process, 'memory_heap_used'),
        heapTotal: own(process, 'memory_heap_total'),
      },
    },
    runtime: { uptime: own(process, 'uptime'), framework: own(meta, 'framework') },
  }
}

/** Protocol 1 has total and free memory; the used memory is their difference. */
function usedMemory(system: Fields): number | null {
  const total = readAmount(system, 'memory_total')
  const free = readAmount(system, 'memory_free')
  return readAmount(system, 'memory_used') ?? (total !== null && free !== null ? total - free : null)
}
