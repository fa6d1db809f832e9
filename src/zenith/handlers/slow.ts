import { pageOf } from '../paging.js'
import type { Handler } from '../routes.js'

/** `?service=`, `?limit=` and `?offset=`: the last slow requests and jobs, newest first. */
export const slow: Handler = async ({ url, services }) => {
  const overview = await services.monitor.fresh()
  return pageOf(url, overview.slow)
}
