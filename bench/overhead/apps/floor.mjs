// The least that measures requests: the clock at their arrival and at their end, and a histogram for each route. What a framework's
// variant adds is how it finds the route.
import { subscribe } from 'node:diagnostics_channel'
import { performance } from 'node:perf_hooks'

const START = Symbol('start')
const FINISHED = 'http.server.response.finish'
const BUCKETS = 32
const histograms = new Map()

export function histogramOf(route) {
  const known = histograms.get(route)
  if (known) return known
  const fresh = new Uint32Array(BUCKETS)
  histograms.set(route, fresh)
  return fresh
}

/** Takes the clock. @param request Node's own */
export function arrive(request) {
  request.socket[START] = performance.now()
}

/** @param histogramFor finds that of a request that is over, with what its connection keeps */
export function atEnd(histogramFor) {
  subscribe(FINISHED, ({ request, socket }) => {
    const us = 1_000 * (performance.now() - socket[START])
    const bucket = BUCKETS - Math.clz32(us)
    const histogram = histogramFor(request, socket)
    histogram[bucket] += 1
  })
}
