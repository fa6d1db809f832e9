/**
 * Removes exactly one entry from its key, and pushes another text to a list, or lets the next job of its group proceed. Does nothing if the
 * entry is not there. One entry per call, so that no call blocks the server.
 *
 * Redis does not roll back a script whose later command fails (another type of key, a missing permission), so it pushes before it removes,
 * and removes what it pushed if it may not remove the entry.
 *
 * KEYS: 1 the entry's key, 2 the list to push to (the same if there is none), 3 the active groups, 4 the waiting jobs of its group. ARGV: 1
 * its text, 2 the new text (empty: only remove), 3 its group (empty: none), 4 whether the group is waiting for it, '1' or '0'.
 */
export const TAKE = `
local isSorted = redis.call('TYPE', KEYS[1]).ok == 'zset'
local there
if isSorted then there = redis.call('ZSCORE', KEYS[1], ARGV[1]) else there = redis.call('LPOS', KEYS[1], ARGV[1]) end
if not there then return 0 end
local undo
if ARGV[2] ~= '' then
  if ARGV[3] ~= '' and redis.call('SISMEMBER', KEYS[3], ARGV[3]) == 1 then
    redis.call('RPUSH', KEYS[4], ARGV[2])
    undo = {'RPOP', KEYS[4]}
  else
    redis.call('LPUSH', KEYS[2], ARGV[2])
    undo = {'LPOP', KEYS[2]}
  end
end
local gone
if isSorted then gone = redis.pcall('ZREM', KEYS[1], ARGV[1]) else gone = redis.pcall('LREM', KEYS[1], -1, ARGV[1]) end
if type(gone) == 'table' then
  if undo then redis.call(undo[1], undo[2]) end
  return gone
end
if undo and undo[1] == 'LPOP' and ARGV[3] ~= '' then redis.call('SADD', KEYS[3], ARGV[3]) end
if ARGV[2] == '' and ARGV[3] ~= '' and ARGV[4] == '1' then
  if not redis.call('LMOVE', KEYS[4], KEYS[1], 'LEFT', 'LEFT') then redis.call('SREM', KEYS[3], ARGV[3]) end
end
return 1
`

/**
 * Pushes a job of a group as the framework does: it waits for the job before.
 *
 * KEYS: 1 the list, 2 the active groups, 3 the waiting jobs of the group. ARGV: 1 the group, 2 the text.
 */
export const PUSH_OF_GROUP = `
if redis.call('SISMEMBER', KEYS[2], ARGV[1]) == 1 then return redis.call('RPUSH', KEYS[3], ARGV[2]) end
redis.call('SADD', KEYS[2], ARGV[1])
return redis.call('LPUSH', KEYS[1], ARGV[2])
`
