import { countsScriptOf } from '../bull-common/script.js'

/**
 * Bull's list of waiting jobs starts, from its tail, with jobs that have a priority, the most urgent first, followed by those without one.
 * The oldest job is at the tail (the script reads the last three, because hashes may be missing), or where the lowest priority or the jobs
 * without one start.
 */
export const COUNTS_SCRIPT = countsScriptOf(`
local function waiter(base, id)
  local job = redis.pcall('HMGET', base .. id, 'timestamp', 'processedOn', 'attemptsMade', 'opts', 'retriedOn')
  -- An id may lead to a key that is no hash: that costs this id, and not the queue.
  if job.err then return { false, false, false, false } end
  local delay = job[4] and string.match(job[4], '"delay":(%d+)')
  return { job[1], job[2] or job[5], job[3], delay or false }
end

local function waiters(base, list, urgent)
  local old = {}
  for _, id in ipairs(call('LRANGE', list, -3, -1)) do old[#old + 1] = waiter(base, id) end
  if urgent > 0 then
    local plain = call('LINDEX', list, -(urgent + 1))
    if plain then old[#old + 1] = waiter(base, plain) end
    local lowest = call('ZRANGE', base .. 'priority', -1, -1, 'WITHSCORES')[2]
    local least = call('LINDEX', list, -(call('ZCOUNT', base .. 'priority', '-inf', '(' .. lowest) + 1))
    if least then old[#old + 1] = waiter(base, least) end
  end
  return old
end

local function read(base)
  local wait, paused = call('LLEN', base .. 'wait'), call('LLEN', base .. 'paused')
  local active, urgent = call('LLEN', base .. 'active'), call('ZCARD', base .. 'priority')
  local delayed = call('ZCARD', base .. 'delayed')
  local completed, failed = call('ZCARD', base .. 'completed'), call('ZCARD', base .. 'failed')
  local due = delayed > 0 and call('ZRANGE', base .. 'delayed', 0, 0, 'WITHSCORES')[2]
  local old = {}
  if wait + paused > 0 then old = waiters(base, base .. (wait > 0 and 'wait' or 'paused'), urgent) end
  return { wait, paused, active, delayed, completed, failed, call('GET', base .. 'id'),
    call('EXISTS', base .. 'meta-paused'), call('HGET', base .. 'meta', 'version'), call('EXISTS', base .. 'events'),
    due, old }
end
`)
