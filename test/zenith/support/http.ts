import { type IncomingHttpHeaders, type IncomingMessage, request as open, type RequestOptions } from 'node:http'

export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  body: Buffer
  text: string
  json(): unknown
}

export type AskOptions = Pick<RequestOptions, 'method' | 'headers'> & { body?: string }

/** One request over a socket of its own that sends and shows exactly what it is told. Plain ones go through supertest. */
export async function ask(url: string, options: AskOptions = {}): Promise<Answer> {
  const response = await send(url, options)
  const parts: Buffer[] = []
  for await (const part of response) parts.push(part as Buffer)
  const body = Buffer.concat(parts)
  const text = body.toString()
  return { status: response.statusCode ?? 0, headers: response.headers, body, text, json: () => JSON.parse(text) }
}

export function send(url: string, { body, ...options }: AskOptions = {}): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = open(url, { ...options, agent: false }, resolve)
    request.on('error', reject)
    request.end(body)
  })
}

export interface SseEvent {
  name: string
  id: string
  data: unknown
}

export interface SseClient {
  readonly headers: IncomingHttpHeaders
  readonly status: number
  readonly events: readonly SseEvent[]
  /** How many bytes came, comments and all. */
  readonly bytes: number
  /** Settles when the server ends the stream. */
  readonly ended: Promise<void>
  /** The first event, of those that were not given yet, that fits; those before it are passed over. */
  next(fits?: (event: SseEvent) => boolean): Promise<SseEvent>
  close(): void
}

/** A reader of an event stream as the HTML standard has it. */
export async function openStream(url: string, headers: Record<string, string> = {}): Promise<SseClient> {
  const response = await send(url, { headers })
  const events: SseEvent[] = []
  const waiting = new Set<() => void>()
  let bytes = 0
  let given = 0
  let rest = ''
  const wake = () => {
    for (const look of waiting) look()
  }
  response.setEncoding('utf8')
  response.on('data', (text: string) => {
    bytes += text.length
    const blocks = (rest + text).split('\n\n')
    rest = blocks.pop() ?? ''
    events.push(...blocks.map(parseBlock).filter((event) => event !== null))
    wake()
  })
  const ended = new Promise<void>((resolve) => {
    response.on('end', resolve)
    response.on('error', () => resolve())
  })
  return {
    headers: response.headers,
    status: response.statusCode ?? 0,
    events,
    ended,
    get bytes() {
      return bytes
    },
    close: () => response.destroy(),
    next(fits = () => true) {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(
          () => finish(() => reject(new Error(`No such event; had ${JSON.stringify(events).slice(0, 2_000)}`))),
          60_000,
        )
        const finish = (settle: () => void) => {
          clearTimeout(timer)
          waiting.delete(look)
          settle()
        }
        const look = () => {
          while (given < events.length) {
            const event = events[given++] as SseEvent
            if (fits(event)) return finish(() => resolve(event))
          }
        }
        waiting.add(look)
        look()
      })
    },
  }
}

function parseBlock(block: string): SseEvent | null {
  const fields = new Map<string, string>()
  for (const line of block.split('\n')) {
    const colon = line.indexOf(': ')
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 2))
  }
  const data = fields.get('data')
  if (data === undefined) return null
  return { name: fields.get('event') ?? 'message', id: fields.get('id') ?? '', data: JSON.parse(data) }
}
