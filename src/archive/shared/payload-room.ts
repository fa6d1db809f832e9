import { type ArchivedJob, MAX_ATTEMPTS_PAYLOAD_CHARS } from '../../ports/archive.js'

/** Room for the payloads of one answer, which the newest attempts get: of the others none of the text stays. */
export class PayloadRoom {
  #left = MAX_ATTEMPTS_PAYLOAD_CHARS

  /** For one attempt after the other, the newest first. */
  fit(job: ArchivedJob): ArchivedJob {
    this.#left -= job.payload?.text.length ?? 0
    return job.payload && this.#left < 0 ? { ...job, payload: { text: '', isCut: true } } : job
  }
}
