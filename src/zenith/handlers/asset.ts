import type { Asked } from '../asked.js'
import { serveAsset } from '../assets/index.js'

/** A file of the page; null when there is none of this name. */
export function asset({ request, path }: Asked): Promise<Response | null> {
  return serveAsset(path.slice(1), request)
}
