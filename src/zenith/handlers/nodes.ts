import { pageOf } from '../paging.js'
import type { Handler } from '../routes.js'

/** `?service=`, `?limit=` and `?offset=`: the nodes, by service and id. */
export const nodes: Handler = async ({ url, services }) => {
  const overview = await services.monitor.fresh()
  return pageOf(url, overview.nodes)
}
