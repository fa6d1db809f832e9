import type { NodeEntry } from '../../ports/index.js'
import type { Feed } from './feed.js'

/** The body of an event `versions`: the versions of an app that ran after it, and what it changed. */
export interface VersionChange {
  readonly live: readonly string[]
  readonly added: readonly string[]
  readonly removed: readonly string[]
  /** Whether it is the first that the archive knows of the service: no deployment was seen. */
  readonly isFirst: boolean
}

/**
 * Notes which versions of a service run, whenever that changes: a deployment, a canary, a rollback. The cursor is the list of versions
 * itself, so that no change is noted twice. A service without a node has stopped, and keeps its last versions.
 *
 * @param nodes of the service
 * @param now Unix ms
 */
export function versionFeed(service: string, nodes: readonly NodeEntry[], now: number): Feed {
  return {
    stream: `versions:${service}`,
    async next(after) {
      const live = liveVersions(nodes)
      const cursor = JSON.stringify(live)
      if (live.length === 0 || cursor === after) return null
      const before = versionsIn(after)
      const change: VersionChange = {
        live,
        added: live.filter((version) => !before?.includes(version)),
        removed: (before ?? []).filter((version) => !live.includes(version)),
        isFirst: before === null,
      }
      const at = change.isFirst ? now : startOf(nodes, change.added, now)
      const record = { kind: 'event', id: `versions/${service}/${now}`, at, service, name: 'versions' } as const
      return { cursor, isAtEnd: true, records: [{ ...record, body: JSON.stringify(change) }] }
    },
  }
}

/** Null without a cursor, and for one that is none: it must not end the feed for good. */
function versionsIn(cursor: string | null): readonly string[] | null {
  try {
    const versions: unknown = JSON.parse(cursor ?? '')
    return Array.isArray(versions) && versions.every((one) => typeof one === 'string') ? versions : null
  } catch {
    return null
  }
}

function liveVersions(nodes: readonly NodeEntry[]): string[] {
  const versions = nodes.flatMap(({ heartbeat }) => heartbeat?.appVersion ?? [])
  return [...new Set(versions)].sort()
}

/** When the first node of a new version started, as far as that is known and plausible. */
function startOf(nodes: readonly NodeEntry[], added: readonly string[], now: number): number {
  const starts = nodes.flatMap(({ heartbeat }) => {
    const uptime = heartbeat?.runtime.uptime
    const isNew = heartbeat?.appVersion && added.includes(heartbeat.appVersion)
    return isNew && typeof uptime === 'number' ? [heartbeat.timestamp - uptime * 1_000] : []
  })
  return Math.min(now, ...starts)
}
