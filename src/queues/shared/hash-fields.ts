import type { Command } from '../../redis/client.js'
import { asList, asText } from '../../redis/replies.js'

/** Reads some fields of a hash, however many others it has. */
export function askFields(key: string, names: readonly string[]): Command {
  return ['hmget', key, ...names]
}

/** The requested fields that exist, by name. */
export function fieldsAsked(reply: unknown, names: readonly string[]): Map<string, string> {
  const values = asList(reply).map(asText)
  return new Map(
    names.flatMap((name, index) => {
      const value = values[index] ?? null
      return value === null ? [] : [[name, value] as const]
    }),
  )
}
