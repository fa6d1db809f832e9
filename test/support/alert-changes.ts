import type { AlertChange, AlertEvent } from '../../src/api/alerts.js'
import { alertFeed } from '../../src/archiver/feeds/alerts.js'
import type { Archive, ArchivedRecord } from '../../src/ports/index.js'

interface Changed extends Partial<AlertEvent> {
  readonly at: number
  readonly change: AlertChange
}

/** A change of the alert `CPU high` of the host `web-1`; what is not given is plain. */
export function changeOf({ at, change, ...fields }: Changed): AlertEvent {
  const subject = {
    ...{ kind: 'host', key: 'web-1', name: 'web-1', service: null, services: ['shop'], host: null },
    environment: 'production',
    ...fields.subject,
  } as AlertEvent['subject']
  const rule = fields.rule ?? 'cpu'
  return {
    ...{ at, change, alert: `${rule}/${subject.kind}:${subject.key}`, rule, ruleName: 'CPU high', severity: 'warning' },
    ...{ text: 'CPU 95 % (above 90 %)', value: 95, firedAt: at, by: null },
    ...fields,
    subject,
  }
}

/** The changes of an alert that fired and was resolved; to null: it still fires. */
export function fired(from: number, to: number | null, fields: Partial<AlertEvent> = {}): readonly AlertEvent[] {
  const end = to === null ? [] : [changeOf({ firedAt: from, ...fields, at: to, change: 'resolved' })]
  return [changeOf({ ...fields, at: from, change: 'firing' }), ...end]
}

/** Records as the archiver makes them. */
export async function changeRecords(changes: readonly AlertEvent[]): Promise<readonly ArchivedRecord[]> {
  const newestFirst = [...changes].sort((a, b) => b.at - a.at)
  return (await alertFeed(async () => newestFirst, Date.now()).next(null))?.records ?? []
}

/** All changes that an archive has, newest first. */
export async function archivedChanges(archive: Pick<Archive, 'records'>): Promise<readonly AlertEvent[]> {
  const { items } = await archive.records({ kind: 'alert', from: 0, to: 8.64e15, limit: 1_000 })
  return items.map(({ body }) => JSON.parse(body) as AlertEvent)
}
