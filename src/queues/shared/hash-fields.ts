import type { Command } from '../../redis/client.js'
import { asList, asText } from '../../redis/replies.js'

/** Asks for some fields of a hash, which may have any number of others. */
export function askFields(key: string, names: readonly string[]): Command {
  return ['hmget', key, ...names]
}

/** Those of the fields that were asked for that are there, by name. */
export function fieldsAsked(reply: unknown, names: readonly string[]): Map<string, string> {
  const values = asList(reply).map(asText)
  return new Map(
    names.flatMap((name, index) => {
      const value = values[index] ?? null
      return value === null ? [] : [[name, value] as const]
    }),
  )
}
