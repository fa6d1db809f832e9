import type { RedisError } from './errors.js'

/** What Redis said to one command. */
export type Reply =
  | { readonly error: null; readonly value: unknown }
  | { readonly error: RedisError; readonly value: null }
