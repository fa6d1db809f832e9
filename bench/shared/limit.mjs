/** Ends the whole run when it takes longer than it may, or is told to end; what it started ends with it. */
export function endAfter(minutes) {
  const giveUp = () => {
    process.stderr.write(`Not done after ${minutes} minutes: given up\n`)
    process.exit(1)
  }
  setTimeout(giveUp, minutes * 60_000).unref()
  // Without these a signal would leave the servers behind: only an orderly exit ends them.
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))
}
