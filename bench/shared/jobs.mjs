const NAMES = ['mail', 'invoice', 'thumbnail']

/** Adds jobs of BullMQ that leave nothing behind. */
export function addJobs(queue, jobs) {
  return queue.addBulk(
    Array.from({ length: jobs }, (_, index) => ({
      name: NAMES[index % NAMES.length],
      data: { index },
      opts: { removeOnComplete: true },
    })),
  )
}
