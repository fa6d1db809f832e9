// How long turns of Zenith's parts take, from outside of them.

/** Times what a method returns a promise for; calls that share one promise are one turn. @returns the times in ms, newest last */
export function timeTurns(Class, method) {
  const times = []
  const own = Class.prototype[method]
  const seen = new WeakSet()
  Class.prototype[method] = function (...args) {
    const turn = own.apply(this, args)
    if (seen.has(turn)) return turn
    seen.add(turn)
    const from = performance.now()
    turn.then(() => times.push(performance.now() - from))
    return turn
  }
  return times
}
