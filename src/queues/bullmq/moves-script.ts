import { type Script, scriptOf } from '../bull-common/script.js'

/**
 * Acts as the owner of a queue does, for when its package is not available, or would lose jobs. Seen in 5.0, 5.12, 5.81, 6.0 and 6.7.
 * KEYS[1] is the queue's `meta`, ARGV[1] its layout.
 *
 * The releases differ here only in where jobs are while the queue is paused: 5 has them in `paused`, and 6 moves jobs that it finds there
 * back. Of the two lists `paused` has the older jobs.
 */
const QUEUE = `
local call = redis.call
local base, layout = string.sub(KEYS[1], 1, -5), ARGV[1]
local wait, aside, marker = base .. 'wait', base .. 'paused', base .. 'marker'
local flags = call('HMGET', KEYS[1], 'paused', 'concurrency', 'opts.maxLenEvents')
local isPaused = flags[1]
local isFull = flags[2] and call('LLEN', base .. 'active') >= tonumber(flags[2])

local function tell(...)
  call('XADD', base .. 'events', 'MAXLEN', '~', flags[3] or 10000, '*', 'event', ...)
end

local function join(into)
  local newer, older = call('LLEN', wait), call('LLEN', aside)
  local whole = newer > 0 and wait or aside
  if newer > 0 and older > 0 then
    if newer < older then
      whole = aside
      for _ = 1, newer do call('RPOPLPUSH', wait, aside) end
    else
      for _ = 1, older do call('RPUSH', wait, call('LPOP', aside)) end
    end
  end
  if newer + older > 0 and whole ~= into then call('RENAME', whole, into) end
end

local function wake()
  if not isPaused and not isFull then call('ZADD', marker, 0, '0') end
end

local function wakeWhenDue()
  local due = call('ZRANGE', base .. 'delayed', 0, 0, 'WITHSCORES')[2]
  if due then call('ZADD', marker, string.format('%.17g', due / 4096), '1') end
end

local function enqueue(id, priority, push)
  if priority > 0 then
    local place = call('INCR', base .. 'pc') % 4294967296
    call('ZADD', base .. 'prioritized', string.format('%.0f', priority * 4294967296 + place), id)
  elseif isPaused and layout == '5' then
    join(aside)
    call(push, aside, id)
  else
    call(push, wait, id)
  end
  wake()
end
`

/** ARGV: layout. */
export const PAUSE: Script = scriptOf(`${QUEUE}
if layout == '5' then join(aside) end
call('HSET', KEYS[1], 'paused', 1)
call('DEL', marker)
tell('paused')
return 1
`)

/** ARGV: layout. Moves jobs that another release has added to a paused queue to the right list. */
export const SETTLE: Script = scriptOf(`${QUEUE}
if isPaused and layout == '5' then join(aside) end
return 1
`)

/** ARGV: layout. */
export const RESUME: Script = scriptOf(`${QUEUE}
call('HDEL', KEYS[1], 'paused')
join(wait)
if call('LLEN', wait) + call('ZCARD', base .. 'prioritized') > 0 then
  call('ZADD', marker, 0, '0')
else
  wakeWhenDue()
end
tell('resumed')
return 1
`)

/** ARGV: layout, id, current state, push command. Returns 1; -1 if the job is gone, -3 if it is in another state. */
export const RETRY: Script = scriptOf(`${QUEUE}
local id, from, push = ARGV[2], ARGV[3], ARGV[4]
local key = base .. id
if call('EXISTS', key) == 0 then return -1 end
if call('ZREM', base .. from, id) == 0 then return -3 end
call('HDEL', key, 'finishedOn', 'processedOn', from == 'failed' and 'failedReason' or 'returnvalue')
local known = call('HMGET', key, 'priority', 'parentKey')
enqueue(id, tonumber(known[1] or 0) or 0, push)
local parent = known[2]
if parent and call('EXISTS', parent) == 1 then
  local isBack
  if from == 'failed' then
    isBack = call('ZREM', parent .. ':unsuccessful', key) + call('HDEL', parent .. ':failed', key)
  else
    isBack = call('HDEL', parent .. ':processed', key)
  end
  if isBack > 0 then call('SADD', parent .. ':dependencies', key) end
end
tell('waiting', 'jobId', id, 'prev', from)
return 1
`)

/** ARGV: layout, id. Returns the same as RETRY. */
export const PROMOTE: Script = scriptOf(`${QUEUE}
local id = ARGV[2]
local key = base .. id
if call('EXISTS', key) == 0 then return -1 end
if call('ZREM', base .. 'delayed', id) == 0 then return -3 end
enqueue(id, tonumber(call('HGET', key, 'priority') or 0) or 0, 'LPUSH')
tell('waiting', 'jobId', id, 'prev', 'delayed')
call('HSET', key, 'delay', 0)
return 1
`)

/** ARGV: layout, name, data, options, time, delay, priority, push command. Returns the id. */
export const ADD: Script = scriptOf(`${QUEUE}
local _, name, data, options, now, delay, priority, push = unpack(ARGV)
local id, key
repeat
  id = string.format('%.0f', call('INCR', base .. 'id'))
  key = base .. id
until call('EXISTS', key) == 0
call('HSET', key, 'name', name, 'data', data, 'opts', options, 'timestamp', now, 'delay', delay, 'priority', priority)
tell('added', 'jobId', id, 'name', name)
if tonumber(delay) == 0 then
  enqueue(id, tonumber(priority), push)
  tell('waiting', 'jobId', id)
  return id
end
local due = tonumber(now) + tonumber(delay)
local last = call('ZREVRANGEBYSCORE', base .. 'delayed', string.format('%.0f', due * 4096 + 4095),
  string.format('%.0f', due * 4096), 'WITHSCORES', 'LIMIT', 0, 1)[2]
local score = last and math.min(last + 1, due * 4096 + 4095) or due * 4096
call('ZADD', base .. 'delayed', string.format('%.0f', score), id)
tell('delayed', 'jobId', id, 'delay', string.format('%.0f', due))
wakeWhenDue()
return id
`)
