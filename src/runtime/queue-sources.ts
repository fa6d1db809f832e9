/** Queue sources that integrations create automatically. */
export { type BullQueue, bullmqQueues, placeOfBullmq } from '../queues/bullmq/index.js'
