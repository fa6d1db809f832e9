// A machine whose clock is set: `clock-ahead` by two days, `clock-back` by two.
import { faults } from '../toggles.mjs'

const TWO_DAYS_MS = 2 * 86_400_000
const RealDate = Date

const now = () =>
  RealDate.now() + (faults.has('clock-ahead') ? TWO_DAYS_MS : 0) - (faults.has('clock-back') ? TWO_DAYS_MS : 0)

globalThis.Date = class SetDate extends RealDate {
  constructor(...args) {
    if (args.length === 0) super(now())
    else super(...args)
  }

  static now() {
    return now()
  }
}
