const METHODS = ['GET', 'GET', 'GET', 'POST', 'PUT']
const noHeader = () => undefined

/**
 * Requests as a recorder sees them, over so many routes, whose durations are spread as those of apps are. They do not take
 * that long: their beginning is set back, so that a beat's worth of them is there at once.
 *
 * @returns makes one
 */
export function traffic(requests, routes) {
  const names = Array.from({ length: routes }, (_, index) => `/shop/section-${index}/items/:id`)
  let count = 0
  return () => {
    const index = count++ % routes
    const method = METHODS[index % METHODS.length]
    const trace = requests.begin({ method, url: `/shop/section-${index}/items/${count}`, header: noHeader })
    trace.route = names[index]
    trace.start -= duration(2 + index)
    trace.end(count % 100 === 0 ? 404 : 200, false)
  }
}

/** Log-normal around a median, ms; the 99th percentile is about three times as long. */
function duration(middle) {
  const normal = Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random())
  return middle * Math.exp(0.5 * normal)
}
