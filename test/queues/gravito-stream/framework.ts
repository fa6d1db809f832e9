import type { Cluster, Redis } from 'ioredis'
import type { QueueSource } from '../../../src/ports/index.js'
import type { QueueSystem, SampleJob } from '../../conformance/queue-source.js'

/** What the framework's serializer of classes makes of a job, in its order of fields. */
export function serialized(job: SampleJob, changes: Record<string, unknown> = {}) {
  return {
    id: job.id,
    type: 'class',
    data: JSON.stringify({ class: job.name, properties: job.data }),
    className: job.name,
    createdAt: Date.now(),
    delaySeconds: undefined,
    attempts: 0,
    maxAttempts: 3,
    groupId: undefined,
    error: undefined,
    failedAt: undefined,
    ...changes,
  }
}

type Admin = Redis | Cluster

/** The framework's Redis driver, as far as it writes: the same commands with the same texts. */
export function frameworkOn(admin: Admin, prefix = 'queue:') {
  const key = (queue: string, priority?: string) => `${prefix}${queue}${priority ? `:${priority}` : ''}`
  return {
    push: (queue: string, job: object, priority?: string) => admin.lpush(key(queue, priority), JSON.stringify(job)),
    pushDelayed: (queue: string, job: object, due: number, priority?: string) =>
      admin.zadd(`${key(queue, priority)}:delayed`, due, JSON.stringify(job)),
    async fail(queue: string, job: object, error: string, failedAt = Date.now()) {
      await admin.lpush(`${key(queue)}:failed`, JSON.stringify({ ...job, error, failedAt }))
      await admin.ltrim(`${key(queue)}:failed`, 0, 999)
    },
    /** One job of a group, when the one before it is still at work. */
    async pushOfGroup(queue: string, job: { groupId?: unknown }) {
      const group = String(job.groupId)
      if (await admin.sismember(`${prefix}active`, group))
        return admin.rpush(`${prefix}pending:${group}`, JSON.stringify(job))
      await admin.sadd(`${prefix}active`, group)
      return admin.lpush(key(queue), JSON.stringify(job))
    },
    /** Takes the next job, as a worker does. */
    async pop(queue: string) {
      for (const priority of ['critical', 'high', undefined, 'low']) {
        const list = key(queue, priority)
        const [due, score] = await admin.zrange(`${list}:delayed`, 0, '0', 'WITHSCORES')
        if (due !== undefined && Number(score) <= Date.now()) {
          await admin.zrem(`${list}:delayed`, due)
          return JSON.parse(due)
        }
        if ((await admin.get(`${list}:paused`)) === '1') continue
        const text = await admin.rpop(list)
        if (text !== null) return JSON.parse(text)
      }
      return null
    },
  }
}

export const QUEUES = ['mail', 'invoices:eu 朝'] as const

/** A system for the conformance suite, all of it written as the framework writes it. */
export function gravitoSystem(admin: Admin, source: QueueSource, prefix = 'queue:'): QueueSystem {
  const framework = frameworkOn(admin, prefix)
  const idsOf = (jobs: readonly SampleJob[]) => jobs.map(({ id }) => id)
  return {
    source,
    queues: QUEUES,
    async wait(queue, jobs) {
      for (const job of jobs) await framework.push(queue, serialized(job))
      return idsOf(jobs)
    },
    async delay(queue, jobs, runAt) {
      for (const job of jobs) await framework.pushDelayed(queue, serialized(job, { delaySeconds: 3_600 }), runAt)
      return idsOf(jobs)
    },
    async fail(queue, jobs, message) {
      for (const job of jobs) await framework.fail(queue, serialized(job, { attempts: 3 }), message)
      return idsOf(jobs)
    },
    async age(queue, ms) {
      const old = serialized({ id: 'old', name: 'send-mail', data: {} }, { createdAt: Date.now() - ms })
      await framework.push(queue, old)
      await framework.push(queue, serialized({ id: 'young', name: 'send-mail', data: {} }))
    },
    async overdue(queue, ms) {
      await framework.pushDelayed(queue, serialized({ id: 'late', name: 'send-mail', data: {} }), Date.now() - ms)
    },
    async pause(queue) {
      await admin.set(`${prefix}${queue}:paused`, '1')
    },
    async spoil(queue) {
      await admin.del(`${prefix}${queue}`)
      await admin.set(`${prefix}${queue}`, 'no list')
    },
    async drain(queue) {
      await admin.del(`${prefix}${queue}`)
    },
    end: async () => {},
  }
}
