import type { Asked } from '../http/asked.js'
import { serveAsset } from './index.js'

/** A file of the page; null when there is none of this name. */
export function asset({ request, path }: Asked): Promise<Response | null> {
  return serveAsset(path.slice(1), request)
}
