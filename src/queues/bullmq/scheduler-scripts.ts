import { scriptOf } from '../bull-common/script.js'

/**
 * Removes a scheduler as BullMQ does, provided that nothing about it has changed: BullMQ has no such script, and between two calls the app
 * may register it again.
 *
 * KEYS: repeat, its hash, delayed, events, its next job. ARGV: its id, its score, the id of the next job, the number of the following
 * arguments that belong to the hash, then fields and values of the hash and of the next job; none for a job that is not delayed.
 */
export const TAKE_SCHEDULER = scriptOf(`
local repeated, hash, delayed, events, job = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local own = tonumber(ARGV[4])
local function differs(key, from, to)
  if redis.call('HLEN', key) ~= (to - from + 1) / 2 then return true end
  for at = from, to, 2 do
    if redis.call('HGET', key, ARGV[at]) ~= ARGV[at + 1] then return true end
  end
  return false
end
local score = redis.call('ZSCORE', repeated, ARGV[1])
if not score or tonumber(score) ~= tonumber(ARGV[2]) then return 0 end
if differs(hash, 5, 4 + own) then return 0 end
local waits = redis.call('ZSCORE', delayed, ARGV[3])
if #ARGV > 4 + own then
  if not waits or differs(job, 5 + own, #ARGV) then return 0 end
  -- First what a full Redis refuses: then nothing is done.
  redis.call('XADD', events, '*', 'event', 'removed', 'jobId', ARGV[3], 'prev', 'delayed')
  redis.call('ZREM', delayed, ARGV[3])
  redis.call('DEL', job, job .. ':logs', job .. ':dependencies', job .. ':processed', job .. ':failed', job .. ':unsuccessful')
elseif waits then
  return 0
end
redis.call('ZREM', repeated, ARGV[1])
redis.call('DEL', hash)
return 1
`)

/**
 * Adds a scheduler as BullMQ does, with all of its fields given, and only if none exists.
 *
 * KEYS: repeat, its hash, delayed, events, its next job, marker, id, prioritized, wait, paused. ARGV: its id, its score, the id of the next
 * job, when that is due (Unix ms), the number of the following arguments that belong to the hash, then fields and values of the hash and of
 * the next job; none for a job if only a waiting one may be used.
 */
export const RESTORE_SCHEDULER = scriptOf(`
local repeated, hash, delayed, events, job = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local own = tonumber(ARGV[5])
local function set(key, from, to)
  for at = from, to, 2 do redis.call('HSET', key, ARGV[at], ARGV[at + 1]) end
end
local function waits()
  if redis.call('HGET', job, 'rjk') ~= ARGV[1] then return false end
  if redis.call('ZSCORE', delayed, ARGV[3]) or redis.call('ZSCORE', KEYS[8], ARGV[3]) then return true end
  return redis.call('LPOS', KEYS[9], ARGV[3]) or redis.call('LPOS', KEYS[10], ARGV[3])
end
if redis.call('ZSCORE', repeated, ARGV[1]) or redis.call('EXISTS', hash) == 1 then return 'there' end
if redis.call('EXISTS', job) == 1 then
  if not waits() then return 'taken' end
  redis.call('ZADD', repeated, ARGV[2], ARGV[1])
  set(hash, 6, 5 + own)
  return 'done'
end
if #ARGV == 5 + own then return 'gone' end
redis.call('ZADD', repeated, ARGV[2], ARGV[1])
set(hash, 6, 5 + own)
set(job, 6 + own, #ARGV)
redis.call('INCR', KEYS[7])
redis.call('XADD', events, '*', 'event', 'added', 'jobId', ARGV[3], 'name', redis.call('HGET', job, 'name') or '')
local due = tonumber(ARGV[4])
local first, last = due * 4096, (due + 1) * 4096 - 1
local score = first
local latest = redis.call('ZREVRANGEBYSCORE', delayed, string.format('%.0f', last), string.format('%.0f', first), 'WITHSCORES', 'LIMIT', 0, 1)[2]
if latest then score = math.min(tonumber(latest) + 1, last) end
redis.call('ZADD', delayed, string.format('%.0f', score), ARGV[3])
redis.call('XADD', events, '*', 'event', 'delayed', 'jobId', ARGV[3], 'delay', ARGV[4])
local soonest = redis.call('ZRANGE', delayed, 0, 0, 'WITHSCORES')[2]
redis.call('ZADD', KEYS[6], string.format('%.0f', math.floor(tonumber(soonest) / 4096)), '1')
return 'done'
`)
