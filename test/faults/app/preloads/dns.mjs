// A resolver of its own for the one name that the apps know their Redis by; it fails when it is told to.
import dns from 'node:dns'
import { syncBuiltinESMExports } from 'node:module'
import { faults } from '../toggles.mjs'

const NAME = 'redis.quasar.test'
const { lookup } = dns

dns.lookup = (name, options, callback) => {
  const done = typeof options === 'function' ? options : callback
  if (name !== NAME) return lookup(name, options, callback)
  if (faults.has('dns')) {
    const error = Object.assign(new Error(`getaddrinfo ENOTFOUND ${NAME}`), {
      code: 'ENOTFOUND',
      syscall: 'getaddrinfo',
    })
    return process.nextTick(done, error)
  }
  if (options?.all) return process.nextTick(done, null, [{ address: '127.0.0.1', family: 4 }])
  return process.nextTick(done, null, '127.0.0.1', 4)
}
syncBuiltinESMExports()
