import type { Alert } from '../../../api/alerts.js'

/** What alerts may be about, as far as the pages show it. */
export type MarkedSubject =
  | { readonly service: string }
  | { readonly node: string; readonly host: string | null | undefined }
  | { readonly queue: string }
  | { readonly service: string; readonly route: string }

/** Whether an alert fires for what a mark stands at. A service has those of its nodes, routes, jobs and queues, too. */
export function isOf({ subject }: Alert, of: MarkedSubject): boolean {
  if ('node' in of) return isNode(subject, of)
  if ('queue' in of) return subject.kind === 'queue' && subject.key === of.queue
  if ('route' in of) return subject.kind === 'route' && subject.service === of.service && subject.name === of.route
  return subject.service === of.service || subject.services.includes(of.service)
}

function isNode({ kind, key, name }: Alert['subject'], { node, host }: Extract<MarkedSubject, { node: string }>) {
  return kind === 'node' ? key === node : kind === 'host' && name === host
}
