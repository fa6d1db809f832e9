const { monitorQueue, monitorWorker } = require('@gravito/quasar/bullmq')
const { setTimeout: sleep } = require('node:timers/promises')
const { Queue, Worker } = require('bullmq')
const serving = (server) => process.send(server.address().port)
const fail = (error) => { console.error(error); process.exit(1) }
async function main() {
      const connection = { host: '127.0.0.1', port: Number(process.env.QUEUE_PORT) }
      const mails = new Queue('mails-' + process.env.QUASAR_SERVICE, { connection })
      const parked = new Queue('parked-' + process.env.QUASAR_SERVICE, { connection })
      await parked.add('later', {})
      class Mailer extends Worker {}
      const worker = new Mailer(mails.name, async (job) => {
        if (job.name === 'slow') await sleep(1_050)
        if (job.name === 'fail') throw new RangeError('no such user')
      }, { connection })
      monitorWorker(worker); monitorQueue(parked)
      for (const name of ['mail', 'mail', 'slow', 'fail']) await mails.add(name, {})
      let left = 4
      const done = () => { if (--left === 0) process.send('done') }
      worker.on('completed', done)
      worker.on('failed', done)
}
main().catch(fail)
