/**
 * `npm test` runs the short form: the newest version of everything whole, older versions by what differs between them, the
 * least and the most of the roles, a pick of the guesses of a secret, and fewer of the cases that each take a minute.
 * `npm run test:whole` leaves nothing out.
 */
export const isWhole = process.env.QUASAR_TESTS === 'whole'

/** Those of the cases that run: in the short form the chosen ones alone. */
export function extent<T>(cases: readonly T[], isShort: (one: T) => boolean): T[] {
  return cases.filter((one) => isWhole || isShort(one))
}
