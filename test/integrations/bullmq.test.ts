import { jobWorkerSuite } from '../conformance/job-worker.js'
import { isWhole } from '../support/extent.js'
import { plainHost } from '../support/job-hosts.js'

// It has no methods for the ends of attempts.
jobWorkerSuite('BullMQ 5.12', async () => plainHost('bullmq512'))
if (isWhole) jobWorkerSuite('BullMQ 5', async () => plainHost('bullmq5'))
jobWorkerSuite('BullMQ 6', async () => plainHost('bullmq6'))
