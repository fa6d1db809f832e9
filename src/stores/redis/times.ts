/** The time of a score, which any writer may have set: not in the future, and not below 0. Unix ms. */
export function timeOfScore(score: number, now: number): number {
  return Math.max(0, Math.min(score, now))
}
