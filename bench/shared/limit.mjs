/** Ends the whole run when it takes longer than it may; what it started ends with it. */
export function endAfter(minutes) {
  const giveUp = () => {
    process.stderr.write(`Not done after ${minutes} minutes: given up\n`)
    process.exit(1)
  }
  setTimeout(giveUp, minutes * 60_000).unref()
}
