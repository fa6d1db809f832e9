import type { SQSClient } from '@aws-sdk/client-sqs'
import { missingPackage } from '../../lib/errors.js'
import { describeError, SqsError } from './errors.js'

/** Time-out of a call with all retries of the SDK, ms. */
const TIMEOUT_MS = 10_000

const ATTRIBUTES = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
  'RedrivePolicy',
] as const
export type Attributes = Readonly<Partial<Record<(typeof ATTRIBUTES)[number], string>>>

/** The calls in use, one request each. They reject with an SqsError. */
export interface SqsApi {
  /** Null until the client's first use. */
  region(): string | null
  attributes(url: string): Promise<Attributes>
  urlOf(name: string): Promise<string>
  /** @param after `next` of the page before; null for the first one */
  list(after: string | null): Promise<{ readonly urls: readonly string[]; readonly next: string | null }>
  close(): void
}

type Sdk = typeof import('@aws-sdk/client-sqs')

interface Opened {
  readonly sdk: Sdk
  readonly client: SQSClient
}

export function sqsApi(options: { client?: SQSClient | undefined; region?: string | undefined }): SqsApi {
  let opening: Promise<Opened> | null = null
  let own: SQSClient | null = null
  let region = options.client ? null : (options.region ?? null)
  let closed = false

  async function open(): Promise<Opened> {
    const sdk = await load()
    if (!options.client) own ??= new sdk.SQSClient(options.region ? { region: options.region } : {})
    const client = options.client ?? own
    if (!client) throw new SqsError('CLOSED', 'This way to SQS is closed')
    region ??= await client.config.region()
    return { sdk, client }
  }

  async function call<T>(action: string, make: (opened: Opened, limit: { abortSignal: AbortSignal }) => Promise<T>) {
    if (closed) throw new SqsError('CLOSED', 'This way to SQS is closed')
    try {
      // The next call may succeed, for example with a region.
      opening ??= open().catch((error: unknown) => {
        opening = null
        throw error
      })
      return await make(await opening, { abortSignal: AbortSignal.timeout(TIMEOUT_MS) })
    } catch (error) {
      throw describeError(error, action)
    }
  }

  return {
    region: () => region,
    attributes: (QueueUrl) =>
      call('GetQueueAttributes', async ({ sdk, client }, limit) => {
        const command = new sdk.GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...ATTRIBUTES] })
        return (await client.send(command, limit)).Attributes ?? {}
      }),
    urlOf: (QueueName) =>
      call('GetQueueUrl', async ({ sdk, client }, limit) => {
        const { QueueUrl } = await client.send(new sdk.GetQueueUrlCommand({ QueueName }), limit)
        if (!QueueUrl) throw new SqsError('QueueDoesNotExist', 'SQS names no URL for this queue', true)
        return QueueUrl
      }),
    list: (after) =>
      call('ListQueues', async ({ sdk, client }, limit) => {
        const page = { MaxResults: 1_000, ...(after ? { NextToken: after } : {}) }
        const { QueueUrls = [], NextToken } = await client.send(new sdk.ListQueuesCommand(page), limit)
        return { urls: QueueUrls, next: NextToken ?? null }
      }),
    close() {
      closed = true
      own?.destroy()
    },
  }
}

async function load(): Promise<Sdk> {
  try {
    return await import('@aws-sdk/client-sqs')
  } catch (error) {
    throw missingPackage('sqsQueues', '@aws-sdk/client-sqs', error)
  }
}
