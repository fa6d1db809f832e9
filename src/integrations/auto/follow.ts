import { setImmediate } from 'node:timers'
import type { FastifyInstance } from 'fastify'
import { watchClasses } from '../nest/entry-points.js'
import { watchQueue, watchWorker } from './bullmq.js'
import { watchExpress } from './express.js'
import { followFastify } from './fastify.js'
import { guarded } from './guarded.js'
import { watchHono } from './hono.js'
import type { Name } from './internals.js'
import { watchFactory } from './nest.js'
import { holdRecorder as hold, isHolding, noteNothingFound } from './recorder.js'

/** Null once the app has started. */
let waiting: (() => void)[] | null = []
let isFound = false

function whenSettled(run: () => void): void {
  if (waiting) waiting.push(run)
  else setImmediate(run)
}

// biome-ignore lint/suspicious/noExplicitAny: what a file has is known by its name
const WATCH: Readonly<Record<Name, (value: any) => unknown>> = {
  application: watchExpress,
  Hono: watchHono,
  NestFactory: watchFactory,
  ExceptionsHandler: (value) => watchClasses({ ExceptionsHandler: value }),
  GuardsConsumer: (value) => watchClasses({ GuardsConsumer: value }),
  InterceptorsConsumer: (value) => watchClasses({ InterceptorsConsumer: value }),
  StreamableFile: (value) => watchClasses({ StreamableFile: value }),
  Worker: watchWorker,
  Queue: (value) => watchQueue(value, whenSettled),
}

/** @returns what is to stand for the value; undefined for the value itself */
export function found(name: Name, value: unknown): unknown {
  isFound = true
  return guarded(() => WATCH[name](value))
}

export function foundFastify(fastify: unknown): void {
  isFound = true
  guarded(() => followFastify(fastify as FastifyInstance))
}

export function holdRecorder(): void {
  guarded(hold)
}

/** The app has started: what is there by now is what it is made of. */
export function settle(): void {
  guarded(hold)
  const due = waiting ?? []
  waiting = null
  for (const run of due) run()
}

/** The app's own code may have started a recorder for something else. */
export function noteMissing(): void {
  if (!isFound && isHolding()) noteNothingFound()
}
