import { scriptOf } from './script.js'

/**
 * Everything that a tick needs of many queues, in one call. ARGV: since when finished jobs are counted (ms, 0: not at all),
 * then what the queues' keys begin with. Answers the server's time, then one list for each queue, or the error that it met.
 *
 * The oldest waiting job is looked for where it should be: at the tail of the lists (the last three, because hashes may be
 * gone), first of the prioritized, and first of the lowest priority among them.
 */
export const COUNTS_SCRIPT = scriptOf(`
local call = redis.call
local time = call('TIME')
local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
local since = ARGV[1]

local function waiter(base, id)
  local job = call('HMGET', base .. id, 'timestamp', 'processedOn', 'atm', 'attemptsMade', 'opts')
  local delay = job[5] and string.match(job[5], '"delay":(%d+)')
  return { job[1], job[2], job[3] or job[4], delay or false }
end

local function waiters(base, list, length, into)
  if length == 0 then return end
  for _, id in ipairs(call('LRANGE', base .. list, -3, -1)) do into[#into + 1] = waiter(base, id) end
end

local function prioritized(base, into)
  local key = base .. 'prioritized'
  local first = call('ZRANGE', key, 0, 0)[1]
  into[#into + 1] = waiter(base, first)
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
  local ended = 0
  if since ~= '0' and completed > 0 then ended = call('ZCOUNT', base .. 'completed', '(' .. since, now) end
  if since ~= '0' and failed > 0 then ended = ended + call('ZCOUNT', base .. 'failed', '(' .. since, now) end
  local old = {}
  waiters(base, 'wait', wait, old)
  waiters(base, 'paused', paused, old)
  if urgent > 0 then prioritized(base, old) end
  return { wait, paused, active, urgent, delayed, parents, completed, failed, call('GET', base .. 'id'),
    meta[1], meta[2], meta[3], due, ended, old }
end

local answer = { now }
for index = 2, #ARGV do
  local isRead, counts = pcall(read, ARGV[index])
  if not isRead then counts = type(counts) == 'table' and counts.err or tostring(counts) end
  answer[index] = counts
end
return answer
`)
