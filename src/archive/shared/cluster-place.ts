import { join } from 'node:path'

/** The directory of a cluster in that of a Zenith with several. */
export function clusterDir(dir: string, cluster: string): string {
  return join(dir, 'clusters', cluster)
}

/** The schema of a cluster beside that of its Zenith. */
export function clusterSchema(schema: string, cluster: string): string {
  return `${schema}_${cluster.replaceAll('-', '_')}`
}
