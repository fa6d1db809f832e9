import { setTimeout as sleep } from 'node:timers/promises'

/** Larger than the caches of a core: a beat comes every ten seconds, and an app did other things meanwhile. */
const other = new Uint8Array(32 * 1_024 * 1_024)
const LINE = 64

export async function emptyCaches() {
  for (let index = 0; index < other.length; index += LINE) other[index] += 1
  await sleep(1)
}
