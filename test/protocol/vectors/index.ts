import { keyVectors, limitVectors } from './keys.js'
import {
  exceptionVectors,
  finishedJobVectors,
  heartbeatVectors,
  queueHistoryVectors,
  slowEntryVectors,
  snapshotVectors,
} from './records.js'
import { redactionVectors } from './redaction.js'
import { rollupVectors } from './rollups.js'
import { signatureVectors } from './signatures.js'
import { sketchVectors } from './sketches.js'

/** What every implementation of the protocol must give, by the name of its file in `schemas/vectors`. */
export const VECTORS = {
  exceptions: exceptionVectors,
  'finished-jobs': finishedJobVectors,
  heartbeats: heartbeatVectors,
  keys: keyVectors,
  limits: limitVectors,
  'queue-history': queueHistoryVectors,
  redaction: redactionVectors,
  rollups: rollupVectors,
  signatures: signatureVectors,
  sketches: sketchVectors,
  'slow-entries': slowEntryVectors,
  snapshots: snapshotVectors,
} as const
