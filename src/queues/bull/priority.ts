import { baseOf } from '../bull-common/keys.js'
import { scriptOf } from '../bull-common/script.js'
import type { ActionPlace } from './api.js'

/**
 * Moves a waiting job to the position that Bull gives its priority when it is added or promoted. KEYS: wait, paused, meta-paused, priority.
 * ARGV: id, priority. Does nothing if a worker has taken the job meanwhile.
 */
const PUT_SCRIPT = scriptOf(`
local call = redis.call
local list = call('EXISTS', KEYS[3]) == 1 and KEYS[2] or KEYS[1]
if call('LREM', list, 1, ARGV[1]) == 0 then return 0 end
call('ZADD', KEYS[4], ARGV[2], ARGV[1])
local before = call('ZCOUNT', KEYS[4], '-inf', ARGV[2]) - 1
local follower = call('LINDEX', list, call('LLEN', list) - before)
if follower then call('LINSERT', list, 'BEFORE', follower, ARGV[1]) else call('RPUSH', list, ARGV[1]) end
return 1
`)

/** Bull's own retry puts every job behind all others, whatever its priority. */
export async function keepPriority(
  { scripts, prefix }: ActionPlace,
  queue: string,
  id: string,
  priority: number,
): Promise<void> {
  const keys = ['wait', 'paused', 'meta-paused', 'priority'].map((key) => baseOf(prefix, queue) + key)
  await scripts.change(PUT_SCRIPT, keys, [id, priority])
}
