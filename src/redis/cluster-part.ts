import { inTime, TOO_LATE } from '../lib/async.js'
import type { ClusterClient, RedisClient } from './client.js'
import { describeError, RedisError } from './errors.js'
import type { Reply } from './reply.js'

const PING_WITHIN_MS = 500
/** Codes that mean that a node was unreachable, and nothing about the Cluster as a whole. */
const UNREACHED = /^(ETIMEDOUT|ECONNREFUSED|ECONNRESET|EPIPE|EHOSTUNREACH|ENETUNREACH|MASTERDOWN|LOADING)$/

/**
 * Distinguishes a Cluster that lost a part from one that is down: as long as any node answers, commands that another node did not answer
 * fail with `SLOTDOWN`, an error of the key.
 */
export async function tellPart(client: ClusterClient, replies: readonly Reply[], where: string): Promise<Reply[]> {
  const isUnreached = ({ error }: Reply) => error !== null && UNREACHED.test(error.code)
  if (!replies.some(isUnreached)) return [...replies]
  if (replies.every(isUnreached) && !(await anyAnswers(client))) return [...replies]
  return replies.map((reply) => {
    if (!isUnreached(reply)) return reply
    const { message } = describeError(reply.error, where)
    return { error: new RedisError('SLOTDOWN', `A part of the Redis Cluster does not answer: ${message}`), value: null }
  })
}

async function anyAnswers(client: ClusterClient): Promise<boolean> {
  const masters = client.nodes('master').filter(({ status }) => status === 'ready')
  return (await Promise.all(masters.map(answers))).includes(true)
}

/** A refusal counts as an answer. */
async function answers(master: RedisClient): Promise<boolean> {
  try {
    return (await inTime(master.call('ping'), PING_WITHIN_MS)) !== TOO_LATE
  } catch (error) {
    return !UNREACHED.test(describeError(error, '').code)
  }
}
