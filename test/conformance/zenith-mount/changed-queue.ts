import type { QueueSource, SourceReading } from '../../../src/ports/index.js'
import type { JobDetail, NewJob } from '../../../src/protocol/index.js'

const CAPABILITIES = ['pause', 'add', 'get'] as const

/** One queue in the memory of the test, with a name that has to be encoded: mounts are tried here, and systems elsewhere. */
export class ChangedQueue implements QueueSource {
  readonly driver = 'other'
  readonly place = 'memory'
  readonly names = ['mail/a b', 'a//b', '..', '%2F?#']
  readonly capabilities = CAPABILITIES
  readonly pollEvery = null
  readonly done: string[] = []

  async read(): Promise<SourceReading> {
    const metrics = {
      waiting: 0,
      prioritized: null,
      active: null,
      delayed: null,
      waitingChildren: null,
      completed: null,
      failed: null,
    }
    const unknown = {
      paused: null,
      oldestMs: null,
      overdueMs: null,
      throughput: null,
      workers: null,
      error: null,
      meta: null,
    }
    const queues = this.names.map((name) => {
      return {
        name,
        driver: this.driver,
        metrics,
        states: [],
        approximate: false,
        capabilities: CAPABILITIES,
        totals: null,
        ...unknown,
      } as const
    })
    return { server: null, queues }
  }

  async pause(queue: string): Promise<void> {
    this.done.push(`pause ${queue}`)
  }

  async add(queue: string, { name, data }: NewJob): Promise<{ queue: string; id: string }> {
    this.done.push(`add ${name} ${data}`)
    return { queue, id: '1' }
  }

  /** It has a job of every id. */
  async job(_queue: string, id: string): Promise<JobDetail> {
    return {
      id,
      name: 'hello',
      state: 'waiting',
      addedAt: null,
      runAt: null,
      startedAt: null,
      finishedAt: null,
      attempts: null,
      maxAttempts: null,
      priority: null,
      error: null,
      progress: null,
      parent: null,
      scheduler: null,
      dataBytes: null,
      data: null,
      result: null,
      options: null,
      failure: null,
      stacks: [],
      progressText: null,
      worker: null,
      children: null,
    }
  }

  async close(): Promise<void> {}
}
