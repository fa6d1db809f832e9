import { missingPackage } from '../../../lib/errors.js'
import { classesOf } from '../../bull-common/app-package.js'
import { notPossible } from '../../shared/conditions.js'
import type { BullModule, BullQueue, BullQueueClass } from './queue-api.js'

/** The classes by which queues are opened. */
export interface QueuePackages {
  /** Of the option, else of the queues that were passed in, else of the package that is installed; none without any. */
  all(): Promise<readonly BullQueueClass[]>
  /** What the app passed in, by itself or as a queue. */
  passedIn(): Promise<readonly BullQueueClass[]>
  /** Why there is none. */
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

/** Without it queues can be looked at all the same. */
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

/** BullMQ's own class, below the app's. */
function rootClassOf(queue: BullQueue): BullQueueClass | null {
  for (const made of classesOf(queue))
    if (typeof made === 'function' && Object.hasOwn(made.prototype, 'addBulk') && isQueueClass(made)) return made
  return null
}

function isQueueClass(value: unknown): value is BullQueueClass {
  return typeof value === 'function'
}
