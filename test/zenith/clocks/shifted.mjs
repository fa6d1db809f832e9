// A machine whose clock shows another time: by CLOCK_SHIFT ms, and by another shift from the moment on that its parent says so.
const RealDate = Date
let shift = Number(process.env.CLOCK_SHIFT ?? 0)

globalThis.Date = class ShiftedDate extends RealDate {
  constructor(...args) {
    if (args.length === 0) super(RealDate.now() + shift)
    else super(...args)
  }

  static now() {
    return RealDate.now() + shift
  }
}

process.on('message', (message) => {
  if (typeof message?.shift === 'number') shift = message.shift
})
