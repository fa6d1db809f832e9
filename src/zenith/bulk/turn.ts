/** Lets the app that Zenith is part of have its turn. */
export function aTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
