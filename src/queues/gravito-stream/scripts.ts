/**
 * Takes exactly one entry out of where it stands; only when it was there puts another text into a list, and lets the next
 * job of its group come. Short: one entry a call, so that no call holds the server.
 *
 * KEYS: 1 where it stands, 2 where it goes to (the same when it goes nowhere), 3 the groups that are at work, 4 what waits
 * for its group. ARGV: 1 its text, 2 the new text (empty: it only goes), 3 its group (empty: none), 4 whether the group is
 * waiting for it, '1' or '0'.
 */
export const TAKE = `
local gone
if redis.call('TYPE', KEYS[1]).ok == 'zset' then
  gone = redis.call('ZREM', KEYS[1], ARGV[1])
else
  gone = redis.call('LREM', KEYS[1], -1, ARGV[1])
end
if gone == 0 then return 0 end
if ARGV[2] == '' then
  if ARGV[3] ~= '' and ARGV[4] == '1' then
    local following = redis.call('LPOP', KEYS[4])
    if following then redis.call('LPUSH', KEYS[1], following) else redis.call('SREM', KEYS[3], ARGV[3]) end
  end
elseif ARGV[3] ~= '' and redis.call('SISMEMBER', KEYS[3], ARGV[3]) == 1 then
  redis.call('RPUSH', KEYS[4], ARGV[2])
else
  if ARGV[3] ~= '' then redis.call('SADD', KEYS[3], ARGV[3]) end
  redis.call('LPUSH', KEYS[2], ARGV[2])
end
return 1
`

/**
 * Pushes a job of a group as the framework does: it waits for the one before.
 *
 * KEYS: 1 the list, 2 the groups that are at work, 3 what waits for the group. ARGV: 1 the group, 2 the text.
 */
export const PUSH_OF_GROUP = `
if redis.call('SISMEMBER', KEYS[2], ARGV[1]) == 1 then return redis.call('RPUSH', KEYS[3], ARGV[2]) end
redis.call('SADD', KEYS[2], ARGV[1])
return redis.call('LPUSH', KEYS[1], ARGV[2])
`
