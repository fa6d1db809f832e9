import { countsScriptOf } from '../bull-common/script.js'

/**
 * Two hundred queues block the server for some milliseconds: the script skips whatever is empty according to the counts. It searches the
 * oldest waiting job where it should be: at the tails of the lists (also the two before the last, if its hash shows nothing), first among
 * the prioritized, and first among those of the lowest priority.
 */
export const COUNTS_SCRIPT = countsScriptOf(`
local function waiter(base, id)
  local job = redis.pcall('HMGET', base .. id, 'timestamp', 'processedOn', 'atm', 'attemptsMade', 'opts')
  -- An id may lead to a key that is no hash: that costs this id, and not the queue.
  if job.err then return { false, false, false, false } end
  local delay = job[5] and string.match(job[5], '"delay":(%d+)')
  return { job[1], job[2], job[3] or job[4], delay or false }
end

local function tail(base, list, into)
  local last = waiter(base, call('LINDEX', base .. list, -1))
  into[#into + 1] = last
  if last[1] and (last[2] or not last[3]) then return end
  for _, id in ipairs(call('LRANGE', base .. list, -3, -2)) do into[#into + 1] = waiter(base, id) end
end

local function prioritized(base, count, into)
  local key = base .. 'prioritized'
  local first = call('ZRANGE', key, 0, 0)[1]
  into[#into + 1] = waiter(base, first)
  if count == 1 then return end
  local last = call('ZRANGE', key, -1, -1, 'WITHSCORES')
  local lowest = string.format('%.0f', math.floor(last[2] / 4294967296) * 4294967296)
  local oldest = call('ZRANGEBYSCORE', key, lowest, '+inf', 'LIMIT', 0, 1)[1]
  if oldest and oldest ~= first then into[#into + 1] = waiter(base, oldest) end
end

local function read(base)
  local wait, paused = call('LLEN', base .. 'wait'), call('LLEN', base .. 'paused')
  local active, urgent = call('LLEN', base .. 'active'), call('ZCARD', base .. 'prioritized')
  local delayed, parents = call('ZCARD', base .. 'delayed'), call('ZCARD', base .. 'waiting-children')
  local completed, failed = call('ZCARD', base .. 'completed'), call('ZCARD', base .. 'failed')
  local meta = call('HMGET', base .. 'meta', 'paused', 'version', 'concurrency')
  local due = delayed > 0 and call('ZRANGE', base .. 'delayed', 0, 0, 'WITHSCORES')[2]
  local old = {}
  if wait > 0 then tail(base, 'wait', old) end
  if paused > 0 then tail(base, 'paused', old) end
  if urgent > 0 then prioritized(base, urgent, old) end
  return { wait, paused, active, urgent, delayed, parents, completed, failed, call('GET', base .. 'id'),
    meta[1], meta[2], meta[3], due, old }
end
`)
