/** A time that somebody wrote as a score: not in the future, and not before there were clocks. Unix ms. */
export function timeOfScore(score: number, now: number): number {
  return Math.max(0, Math.min(score, now))
}
