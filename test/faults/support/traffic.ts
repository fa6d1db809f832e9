import { Queue, QueueEvents } from 'bullmq'
import { ask } from '../../support/ask.js'
import type { Child, Framework } from './child.js'

/** What is asked of an app: a request, or a job. */
export interface Question {
  readonly name: 'plain' | 'users' | 'fail'
  readonly of?: string
}

/** What whoever asked sees of it. */
export type Answer = Readonly<Record<string, unknown>>

export interface Traffic {
  /** Asks all at once. Resolves when every answer is there. */
  ask(child: Child, questions: readonly Question[]): Promise<Answer[]>
  end(): Promise<void>
}

/** Answers and failures as any app has them. */
export const ORDINARY: readonly Question[] = [
  { name: 'plain' },
  { name: 'users', of: '7' },
  { name: 'fail', of: 'plain' },
  { name: 'users', of: '8' },
]

/** Errors that BullMQ cannot store: a job that throws one is neither completed nor failed. */
const NEVER_FINISHED = new Set(['hostile', 'proxied'])

export function trafficOf(framework: Framework, queue: { name: string; port: number }): Traffic {
  return framework === 'bullmq' ? jobs(queue) : requests
}

const requests: Traffic = {
  ask: (child, questions) =>
    Promise.all(
      questions.map(async ({ name, of }) => {
        const { status, headers, text } = await ask(child.port ?? 0, of ? `/${name}/${of}` : `/${name}`)
        return { status, type: headers['content-type'], text }
      }),
    ),
  end: async () => {},
}

function jobs({ name, port }: { name: string; port: number }): Traffic {
  const connection = { port }
  const queue = new Queue(name, { connection })
  const events = new QueueEvents(name, { connection })
  // A reason as long as the worst error's would only be told and told again.
  const short = (reason: unknown) => String(reason instanceof Error ? reason.message : reason).slice(0, 100)
  return {
    async ask(_child, questions) {
      await events.waitUntilReady()
      return Promise.all(
        questions.map(async ({ name: job, of }) => {
          // It stays: of one that is gone before somebody waits for it BullMQ says that it failed.
          const added = await queue.add(job, { of })
          if (NEVER_FINISHED.has(of ?? '')) return { state: 'active' }
          return added.waitUntilFinished(events).then(
            (value) => ({ state: 'completed', value }),
            (reason) => ({ state: 'failed', reason: short(reason) }),
          )
        }),
      )
    },
    async end() {
      await events.close()
      await queue.close()
    },
  }
}
