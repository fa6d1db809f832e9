import { jobWorkerSuite } from '../conformance/job-worker.js'
import { isWhole } from '../support/extent.js'
import { loadNestJobs, nestHost } from '../support/nest-jobs.js'

if (isWhole) {
  jobWorkerSuite('@nestjs/bullmq 10 on Nest 10 and BullMQ 5', async () =>
    nestHost(await loadNestJobs('bullmq5-nest10')),
  )
  jobWorkerSuite('@nestjs/bullmq 11 on Nest 11 and BullMQ 5', async () => nestHost(await loadNestJobs('bullmq5')))
}
jobWorkerSuite('@nestjs/bullmq 12 on Nest 12 and BullMQ 6', async () => nestHost(await loadNestJobs('bullmq6')))
