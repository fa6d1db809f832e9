import { userInfo } from 'node:os'

/** Null where the system has no name for the user. */
export function systemUser(): string | null {
  try {
    return userInfo().username
  } catch {
    return null
  }
}
