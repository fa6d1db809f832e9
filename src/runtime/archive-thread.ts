import { threadedArchive } from '../archive/thread/threaded-archive.js'
import type { Archive } from '../ports/index.js'
import type { ArchiveWorkerData } from './archive-worker.js'

/** Beside this file, and also beside the folder of what several files share. */
const WORKER = '../runtime/archive-worker.js'

/** An archive on its thread. @param place without secrets */
export function archiveThread(place: string, workerData: ArchiveWorkerData): Archive {
  return threadedArchive({
    workerUrl: new URL(WORKER, import.meta.url),
    kind: workerData.driver,
    place,
    workerData,
  })
}
