import { pageOf } from '../paging.js'
import type { Handler } from '../routes.js'

/** `?service=`, `?limit=` and `?offset=`: the last exceptions, newest first. */
export const errors: Handler = async ({ url, services }) => {
  const overview = await services.monitor.fresh()
  return pageOf(url, overview.exceptions)
}
