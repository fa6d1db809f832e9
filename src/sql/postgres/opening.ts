/** Opened once; after a failure it may be tried again. */
export function opening(prepare: () => Promise<void>): () => Promise<void> {
  let opened: Promise<void> | null = null
  return () => {
    opened ??= prepare().catch((error) => {
      opened = null
      throw error
    })
    return opened
  }
}
