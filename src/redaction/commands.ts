import { type Source, work } from './source.js'
import type { Secrets, Span } from './spans.js'

/** Commands and files that have a password at a fixed position, by their word in lower case: the pattern that follows it. */
const COMMANDS: ReadonlyMap<string, RegExp> = new Map([
  // Oracle's `jdbc:oracle:thin:user/x@host` and `sqlplus user/x@host`
  ['thin', /:[^\s/@:]{1,60}\/(?<secret>[^\s@/]{1,60})@/dy],
  ['oci', /:[^\s/@:]{1,60}\/(?<secret>[^\s@/]{1,60})@/dy],
  ['sqlplus', /\s{1,4}(?:-\w{1,8}\s{1,4}){0,3}[^\s/@:-]{1,60}\/(?<secret>[^\s@/]{1,60})@/dy],
  // netrc's `machine host login user password x`
  [
    'machine',
    /\s{1,4}\S{1,100}(?:\s{1,8}(?:login|account)\s{1,4}\S{1,100}){1,2}\s{1,8}password\s{1,4}(?<secret>\S{1,200})/dy,
  ],
  // Redis' `HELLO 3 AUTH user x`
  ['hello', /\s{1,4}[23]\s{1,4}AUTH\s{1,4}\S{1,100}\s{1,4}(?<secret>\S{1,200})/diy],
])
export const COMMAND_WORDS: readonly string[] = [...COMMANDS.keys(), 'setuser']

/** A user of Redis, or a rule for it, possibly in quotation marks. */
const RULE = /["'\\\s]{1,5}([^\s"'\\]{1,200})/dy
/** A rule with a password or its hash; and any other rule. */
const PASSWORD_RULE = /^[<>#!]./
const OTHER_RULE = /^(?:[~%&+@(-].*|on|off|nopass|reset\w*|all\w+|no\w+|sanitize-payload|skip-sanitize-payload)$/i

/** Finds the secrets after the word of a command; most words have none. */
export function commandAt(source: Source, from: number, end: number): Secrets {
  const word = source.text.slice(from, end).toLowerCase()
  if (word === 'setuser') return userAt(source, end)
  const command = COMMANDS.get(word)
  if (!command) return { spans: [], to: end }
  command.lastIndex = end
  const secret = command.exec(source.text)?.indices?.groups?.secret
  return { spans: secret ? [{ from: secret[0], to: secret[1] }] : [], to: end }
}

/** `ACL SETUSER user on >x ~*` */
function userAt(source: Source, end: number): Secrets {
  const spans: Span[] = []
  let to = end
  let isUser = true
  for (RULE.lastIndex = end; ; isUser = false) {
    const place = RULE.exec(source.text)?.indices?.[1]
    if (!place) return { spans, to }
    work.steps += place[1] - place[0]
    const rule = isUser ? '' : source.text.slice(...place)
    if (PASSWORD_RULE.test(rule)) spans.push({ from: place[0] + 1, to: place[1] })
    else if (!isUser && !OTHER_RULE.test(rule)) return { spans, to }
    if (!isUser) to = place[1]
  }
}
