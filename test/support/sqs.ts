import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SQSClient } from '@aws-sdk/client-sqs'
import { runtimeProgram } from './runtimes.js'

/** A request that came, and the queue that it is about. */
export interface SqsCall {
  readonly action: string
  readonly queue: string | null
}

/** A server of the SQS protocol on 127.0.0.1 and a door in front of it that counts who comes in. */
export interface TestSqs {
  readonly endpoint: string
  readonly region: string
  /** What came since the start, or since it was last emptied. */
  readonly calls: SqsCall[]
  /** Refuses an action for a queue (null: for all), as AWS does. */
  refuse(action: string, queue: string | null, error: { readonly type: string; readonly message: string }): void
  /** So many queues on a page of ListQueues, although the server itself knows no pages. */
  pageSize: number | null
  /** A client that is destroyed by {@link TestSqs.stop}. */
  client(options?: { readonly maxAttempts?: number }): SQSClient
  /** Lets nobody in; {@link TestSqs.open} does again, at the same address. */
  shut(): Promise<void>
  open(): Promise<void>
  stop(): Promise<void>
}

const REGION = 'eu-west-1'
/** Looks like a secret; no message may hold it. */
export const SQS_SECRET = 'wJalrXUtnFEMI/K7MDENG'

/** @throws when there is no Node 22 for the server, or when it does not start */
export async function startSqs(): Promise<TestSqs> {
  const backend = await startBackend()
  const calls: SqsCall[] = []
  const clients: SQSClient[] = []
  const refusals: { action: string; queue: string | null; error: { type: string; message: string } }[] = []
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await textOf(request)
    const call = callOf(request, body)
    calls.push(call)
    const refusal = refusals.find(({ action, queue }) => action === call.action && (queue ?? call.queue) === call.queue)
    if (refusal) return reply(response, 400, refusal.error.type, { __type: refusal.error.type, ...refusal.error })
    const { status, error, json } = await forward(backend.port, request, body)
    if (call.action === 'ListQueues' && sqs.pageSize !== null)
      return reply(response, status, error, paged(json, body, sqs.pageSize))
    reply(response, status, error, json)
  }
  let door = await listen(answer, 0)
  const { port } = door.address() as AddressInfo
  const endpoint = `http://127.0.0.1:${port}`
  const shut = async () => {
    door.closeAllConnections()
    if (door.listening) await new Promise((resolve) => door.close(resolve))
  }
  const sqs: TestSqs = {
    endpoint,
    region: REGION,
    calls,
    pageSize: null,
    refuse: (action, queue, error) => void refusals.push({ action, queue, error }),
    client({ maxAttempts = 1 } = {}) {
      const credentials = {
        accessKeyId: 'AKIDEXAMPLE',
        secretAccessKey: SQS_SECRET,
        sessionToken: `token-${SQS_SECRET}`,
      }
      const client = new SQSClient({ endpoint, region: REGION, credentials, maxAttempts })
      clients.push(client)
      return client
    },
    shut,
    async open() {
      door = await listen(answer, port)
    },
    async stop() {
      for (const client of clients.splice(0)) client.destroy()
      await shut()
      await backend.stop()
    },
  }
  return sqs
}

/** The server wants Node 22; its queues' URLs name whatever host it was asked by. */
const PROGRAM = `
const [app, store] = process.argv.slice(1)
const { buildApp } = await import(app)
const { SqsStore } = await import(store)
const sqsStore = new SqsStore()
sqsStore.host = ''
const server = buildApp({ logger: false, defaultRegion: '${REGION}', stores: { sqsStore } })
await server.listen({ port: 0, host: '127.0.0.1' })
process.on('disconnect', () => process.exit())
process.send(server.server.address().port)
`

async function startBackend() {
  const node = runtimeProgram('node22')
  const app = import.meta.resolve('fauxqs')
  const files = [app, new URL('sqs/sqsStore.js', app).href]
  const child = spawn(node, ['--input-type=module', '-e', PROGRAM, ...files], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  let output = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    output += chunk.toString()
  })
  const failed = new Promise<never>((_, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`The SQS server ended with code ${code}: ${output}`)))
  })
  const [port] = (await Promise.race([once(child, 'message'), failed])) as [number]
  failed.catch(() => {})
  return { port, stop: () => end(child) }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}

async function listen(answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>, port: number) {
  const server: Server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy())
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return server
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

function callOf(request: IncomingMessage, body: string): SqsCall {
  const { QueueUrl, QueueName } = JSON.parse(body) as { QueueUrl?: string; QueueName?: string }
  const action = String(request.headers['x-amz-target']).replace('AmazonSQS.', '')
  return { action, queue: QueueName ?? QueueUrl?.split('/').at(-1) ?? null }
}

async function forward(port: number, incoming: IncomingMessage, body: string) {
  const headers = {
    host: incoming.headers.host,
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': incoming.headers['x-amz-target'],
  }
  const outgoing = request(`http://127.0.0.1:${port}/`, { method: 'POST', headers }).end(body)
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
  const error = response.headers['x-amzn-query-error']
  const json = JSON.parse(await textOf(response)) as Record<string, unknown>
  return { status: response.statusCode ?? 500, error: error === undefined ? null : String(error), json }
}

function paged(json: Record<string, unknown>, body: string, size: number): Record<string, unknown> {
  const { NextToken = '0' } = JSON.parse(body) as { NextToken?: string }
  const start = Number(NextToken)
  const urls = json.QueueUrls as string[]
  const next = start + size
  return { QueueUrls: urls.slice(start, next), ...(next < urls.length ? { NextToken: `${next}` } : {}) }
}

function reply(response: ServerResponse, status: number, error: string | null, json: object): void {
  response.writeHead(status, {
    'content-type': 'application/x-amz-json-1.0',
    ...(error === null ? {} : { 'x-amzn-query-error': error }),
  })
  response.end(JSON.stringify(json))
}
