import { missingPackage } from '../../../lib/errors.js'
import { classesOf } from '../../bull-common/app-package.js'
import { notPossible } from '../../shared/conditions.js'
import type { BullModule, BullQueue, BullQueueClass } from './queue-api.js'

/** The classes to open queues with. */
export interface QueuePackages {
  /** From the option, otherwise from the queues passed in, otherwise from the installed package; empty if there is none. */
  all(): Promise<readonly BullQueueClass[]>
  /** Passed in by the app, as an option or as a queue. */
  passedIn(): Promise<readonly BullQueueClass[]>
  /** The error if there is none. */
  missing(): Promise<Error>
}

export function packagesOf(
  option: BullModule | readonly BullModule[] | undefined,
  queues: Iterable<BullQueue>,
): QueuePackages {
  const passedIn = async () => {
    const modules: readonly BullModule[] = option === undefined ? [] : [option].flat()
    return modules.length > 0 ? modules.map(({ Queue }) => Queue) : rootClassesOf(queues)
  }
  return {
    passedIn,
    async all() {
      const known = await passedIn()
      return known.length > 0 ? known : ((await installed()).classes ?? [])
    },
    missing: async () => notPossible(missingPackage('bullmqQueues', 'bullmq', (await installed()).cause).message),
  }
}

/** Queues can be read without it. */
async function installed(): Promise<{ readonly classes?: readonly BullQueueClass[]; readonly cause?: unknown }> {
  try {
    const { Queue }: { Queue: unknown } = await import('bullmq')
    return isQueueClass(Queue) ? { classes: [Queue] } : {}
  } catch (cause) {
    return { cause }
  }
}

function rootClassesOf(queues: Iterable<BullQueue>): BullQueueClass[] {
  return [...new Set([...queues].flatMap((queue) => rootClassOf(queue) ?? []))]
}

/** BullMQ's own class, from which the app's may be derived. */
function rootClassOf(queue: BullQueue): BullQueueClass | null {
  for (const made of classesOf(queue))
    if (typeof made === 'function' && Object.hasOwn(made.prototype, 'addBulk') && isQueueClass(made)) return made
  return null
}

function isQueueClass(value: unknown): value is BullQueueClass {
  return typeof value === 'function'
}
