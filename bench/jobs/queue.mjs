/** The queue that a variant's worker takes its jobs from. */
export const queueOf = (variant) => `bench-${variant}`
