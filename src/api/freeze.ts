import { amount, flag, type Infer, object, orNull, text } from './schema.js'

/** Longest freeze, and how far ahead it may begin, ms. */
export const MAX_FREEZE_MS = 30 * 24 * 60 * 60_000
export const MAX_FREEZE_REASON_CHARS = 300

export const Freeze = object('A change freeze.', {
  from: amount('Start, Unix ms; it may be in the future.'),
  until: amount('End, Unix ms.'),
  reason: text('Why.'),
  by: text('Name of the user who set it, or the role if the log-in has no names.'),
  at: amount('When it was set, Unix ms.'),
})
export type Freeze = Infer<typeof Freeze>

export const FreezeState = object('Whether changes are frozen.', {
  freeze: orNull(Freeze),
  active: flag('Whether it lasts now; false before its start, and without one.'),
  untrusted: flag('Whether Zenith ignores a stored freeze, because it has no valid signature.'),
})
/** The freeze is null if there is none, or if it has ended. */
export type FreezeState = Infer<typeof FreezeState>
