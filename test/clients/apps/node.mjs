// The service `fleet` in Node: 60 jobs of 1 to 3 ms.
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { startQuasar } from '@gravito/quasar'

const quasar = startQuasar({ service: 'fleet' })
const durations = Array.from({ length: 60 }, (_, number) => 1 + (number % 3))
await Promise.all(durations.map((ms) => quasar.run('import', () => setTimeout(ms))))
await quasar.flush()
process.stdout.write('reported\n')
await once(process.stdin.resume(), 'end')
await quasar.stop()
