import type { Permission } from '../../../api/permissions.js'

/** All permissions in words, by what they are about. */
export const PERMISSION_GROUPS: readonly (readonly [title: string, permissions: readonly Permission[]])[] = [
  ['Read', ['view', 'queue.payloads']],
  ['Jobs', ['queue.retry', 'queue.promote', 'queue.remove']],
  ['Queues', ['queue.pause', 'queue.resume', 'queue.add', 'queue.duplicate', 'queue.clean', 'queue.empty']],
  ['Schedulers', ['scheduler.run', 'scheduler.pause', 'scheduler.resume', 'scheduler.save', 'scheduler.remove']],
  ['Alerts', ['alert.acknowledge', 'alert.silence', 'alert.edit']],
  ['Fleet and archive', ['node.forget', 'archive.forget']],
  ['People and cluster', ['people.edit', 'cluster.freeze']],
]

export const PERMISSION_WORDS: Readonly<Record<Permission, string>> = {
  view: 'see everything but payloads',
  'queue.payloads': 'see payloads and search in them',
  'queue.retry': 'retry jobs',
  'queue.promote': 'start delayed jobs now',
  'queue.remove': 'remove jobs',
  'queue.pause': 'pause queues',
  'queue.resume': 'resume queues',
  'queue.add': 'add jobs',
  'queue.duplicate': 'duplicate jobs',
  'queue.clean': 'clean queues of ended jobs',
  'queue.empty': 'empty queues',
  'scheduler.run': 'run schedulers now',
  'scheduler.pause': 'pause schedulers',
  'scheduler.resume': 'resume schedulers',
  'scheduler.save': 'add and edit schedulers',
  'scheduler.remove': 'remove schedulers',
  'alert.acknowledge': 'acknowledge alerts',
  'alert.silence': 'silence alerts',
  'alert.edit': 'edit rules and receivers',
  'node.forget': 'forget lost servers',
  'archive.forget': 'delete from the archive',
  'people.edit': 'edit users and their rights',
  'cluster.freeze': 'freeze changes, and lift the freeze',
}
