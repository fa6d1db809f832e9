import type { QueueCompleteness } from '../../../api/archived-jobs.js'
import { exact, plural } from '../../ui/format.js'

/** `mail of shop: 9,812 of 10,000 attempts archived (98 %)` */
export function completenessWords({ queueName, service, archived, counted }: QueueCompleteness): string {
  const name = service === null ? queueName : `${queueName} of ${service}`
  if (counted === null) return `${name}: ${plural(archived, 'attempt')} archived; no worker counts them`
  const share = counted > 0 ? Math.min(100, Math.floor((archived * 100) / counted)) : 100
  return `${name}: ${exact(Math.min(archived, counted))} of ${exact(counted)} attempts archived (${share} %)`
}
