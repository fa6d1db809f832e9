import { type Script, scriptOf } from './script.js'

/**
 * Everything that a tick needs of many queues, in one call. ARGV: what the queues' keys begin with. Answers the server's
 * time, then one list for each queue, or the error that it met.
 *
 * @param read Lua that defines a function `read(base)` which answers a list, the last of it the waiting jobs to ask how long
 * they wait
 */
export function countsScriptOf(read: string): Script {
  return scriptOf(`
local call = redis.call
local time = call('TIME')
${read}
local answer = { string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000)) }
for index, base in ipairs(ARGV) do
  local isRead, counts = pcall(read, base)
  if not isRead then counts = type(counts) == 'table' and counts.err or tostring(counts) end
  answer[index + 1] = counts
end
return answer
`)
}
