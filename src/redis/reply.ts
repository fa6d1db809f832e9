import type { RedisError } from './errors.js'

/** Redis' reply to one command. */
export type Reply =
  | { readonly error: null; readonly value: unknown }
  | { readonly error: RedisError; readonly value: null }
