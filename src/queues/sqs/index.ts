import type { SQSClient } from '@aws-sdk/client-sqs'
import { invalidOption } from '../../lib/errors.js'
import { checkNames } from '../../lib/options.js'
import type { QueueSource } from '../../ports/index.js'
import { intervalOption, queueNames, textOption } from '../shared/options.js'
import { sqsApi } from './api.js'
import { Poll } from './poll.js'
import { readQueues } from './reading.js'
import { givenTargets, listedTargets, nameOf, shownNames, type Targets } from './targets.js'

export interface SqsQueuesOptions {
  /** A client of the AWS SDK 3, which is never destroyed. @default a client made by the source, with the SDK's own configuration */
  client?: SQSClient | undefined
  /** AWS region of the client that the source makes. @default the SDK's own configuration */
  region?: string | undefined
  /** Names or URLs. @default all queues that ListQueues returns, called at most once an hour */
  queues?: readonly string[] | undefined
  /** Shortest time between two polls of SQS, ms; at least 1,000. Each poll makes one call per queue. @default 60000 */
  pollEvery?: number | undefined
}

/**
 * Amazon SQS, by its counts, without receiving messages. The counts are estimates of SQS. A queue costs one call per interval, and one more
 * for its dead-letter queue unless that is also watched.
 *
 * @throws if an option is invalid
 * @example sqsQueues({ region: 'eu-west-1', queues: ['orders', 'orders-dlq'] })
 */
export function sqsQueues(options: SqsQueuesOptions = {}): QueueSource {
  const { queues, pollEvery } = checked(options)
  const api = sqsApi(options)
  const targets: Targets = queues ? givenTargets(api, queues) : listedTargets(api)
  const poll = new Poll(pollEvery, async () => readQueues(api, await targets(), queues !== null))
  return {
    driver: 'sqs',
    get place() {
      const region = api.region() ?? queues?.map(regionOf).find(Boolean)
      return region ? `sqs ${region}` : 'sqs'
    },
    names: queues && shownNames(queues),
    capabilities: [],
    pollEvery,
    read: () => poll.read(),
    async close() {
      poll.close()
      api.close()
    },
  }
}

function checked(given: SqsQueuesOptions) {
  checkNames('sqsQueues', given, ['client', 'region', 'queues', 'pollEvery'])
  if (given.client !== undefined && typeof given.client?.send !== 'function')
    throw invalidOption('sqsQueues', 'client', 'an SQSClient of the AWS SDK 3')
  if (given.region !== undefined && !/^[\w-]+$/.test(textOption('sqsQueues', 'region', given.region)))
    throw invalidOption('sqsQueues', 'region', 'a name like eu-west-1')
  const queues = given.queues === undefined ? null : queueNames('sqsQueues', given.queues)
  if (queues?.some((queue) => nameOf(queue) === ''))
    throw invalidOption('sqsQueues', 'queues', 'names of queues, or their URLs with account and name')
  return { queues, pollEvery: intervalOption('sqsQueues', 'pollEvery', given.pollEvery ?? 60_000, 1_000) }
}

/** `https://sqs.eu-west-1.amazonaws.com/…`, or the format until 2014: `https://eu-west-1.queue.amazonaws.com/…`. */
function regionOf(queue: string): string | undefined {
  return /^https:\/\/(?:sqs\.)?([a-z]{2,}-[a-z-]+-\d)\./.exec(queue)?.[1]
}
