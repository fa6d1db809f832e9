/**
 * Keys of metadata which Nest's packages export nowhere: of patterns and messages in @nestjs/microservices and
 * @nestjs/websockets 10.4, 11.2 and 12.5, of schedules in @nestjs/schedule 4.1, 6.1 and 12.0, of listeners in
 * @nestjs/event-emitter 2.1, 3.1 and 12.0, of processors in @nestjs/bullmq 10.2, 11.0 and 12.0, of plugins in @nestjs/apollo 10
 * to 14.
 */

// biome-ignore lint/complexity/noBannedTypes: handlers are any functions, and metadata is kept by them
export type Handler = Function & ((this: unknown, ...args: unknown[]) => unknown)

/** What `@Plugin()` leaves on a class: the driver gives such providers to Apollo Server. Other drivers do not look for them. */
export const APOLLO_PLUGIN = 'graphql:plugin'

/** Whether a class has `@Processor()` of @nestjs/bullmq. */
export function isProcessorClass(type: object): boolean {
  return Reflect.hasMetadata('bullmq:processor_metadata', type)
}

export interface Pattern {
  readonly text: string
  readonly isEvent: boolean
}

/** What a controller's handler of messages is registered for; null for another handler. */
export function patternOf(handler: Handler): Pattern | null {
  const patterns = read<unknown[]>('microservices:pattern', handler)
  if (patterns === undefined) return null
  const isEvent = read<number>('microservices:handler_type', handler) === 2
  return { text: [patterns].flat().map(patternText).join('|'), isEvent }
}

function patternText(pattern: unknown): string {
  const { service, rpc } = (pattern ?? {}) as { service?: unknown; rpc?: unknown }
  if (typeof service === 'string' && typeof rpc === 'string') return `${service}/${rpc}`
  return textOf(pattern)
}

/** What a gateway's handler is registered for. */
export function messageOf(handler: Handler): string {
  return textOf(read('message', handler) ?? handler.name)
}

export function scheduleOf(handler: Handler): string {
  // The values of `SchedulerType`.
  return { 1: 'cron', 2: 'timeout', 3: 'interval' }[read<number>('SCHEDULER_TYPE', handler) ?? 1] ?? 'cron'
}

/** The events that a listener has; those with these options when it has several. */
export function eventsOf(handler: Handler, options: unknown): string {
  const all = read<{ event: unknown; options?: unknown }[]>('EVENT_LISTENER_METADATA', handler) ?? []
  const same = all.filter((one) => one.options === options)
  return (same.length > 0 ? same : all).map(({ event }) => eventText(event)).join('|') || handler.name
}

function eventText(event: unknown): string {
  return Array.isArray(event) ? event.map(textOf).join('.') : textOf(event)
}

function textOf(value: unknown): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value)
}

function read<T>(key: string, target: object): T | undefined {
  return Reflect.getMetadata(key, target) as T | undefined
}
