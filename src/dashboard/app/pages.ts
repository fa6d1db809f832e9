import type { PageName } from '../routing/url-state.js'

/** The pages in their order; the key follows a `g`. */
export const PAGE_LIST: readonly { page: PageName; title: string; key: string }[] = [
  { page: 'pulse', title: 'Pulse', key: 'p' },
  { page: 'service', title: 'Services', key: 'v' },
  { page: 'queues', title: 'Queues', key: 'q' },
  { page: 'failures', title: 'Failures', key: 'f' },
  { page: 'schedulers', title: 'Schedulers', key: 'c' },
  { page: 'slow', title: 'Slow', key: 's' },
  { page: 'exceptions', title: 'Exceptions', key: 'x' },
  { page: 'activity', title: 'Activity', key: 'a' },
]
