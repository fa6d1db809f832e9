import { keysOf, nodeMember, queuesMember } from '../../../src/protocol/index.js'
import * as limits from '../../../src/protocol/limits.js'

const NAMES = [
  { prefix: 'gravito:quasar:', service: 'billing', node: 'web-1-4711', rank: 1 },
  { prefix: 'gravito:quasar:', service: 'billing', node: 'web-1-4711', rank: 2 },
  { prefix: 'acme:', service: 'shop:api', node: 'web 1/αβ', rank: 1 },
  { prefix: 'gravito:quasar:', service: "it's (a) *test*?[x]^", node: '100%', rank: 1 },
  { prefix: 'gravito:quasar:', service: 'café ☕ 日本', node: '👩‍🚀~._-!', rank: 12 },
] as const

/** The keys of names that need encoding, and of those that don't. */
export function keyVectors() {
  const cases = NAMES.map(({ prefix, service, node, rank }) => {
    const keys = keysOf(prefix)
    return {
      ...{ prefix, service, node, rank },
      keys: {
        node: keys.node(service, node),
        member: nodeMember(service, node),
        queues: keys.queues(service, rank),
        queuesMember: queuesMember(service, rank),
        slow: keys.slow(service),
        errors: keys.errors(service),
        rollup: keys.rollup(service),
        history: keys.history(service),
        queueHistory: keys.queueHistory(service),
        jobs: keys.jobs(service),
        queuesLease: keys.queuesLease(service, rank),
        nodeIndex: keys.nodeIndex,
        queueIndex: keys.queueIndex,
        serviceIndex: keys.serviceIndex,
      },
    }
  })
  return { cases }
}

/** Bounds of Zenith's own data, which no reporter writes. */
const OF_ZENITH = new Set([
  'MAX_AUDIT_ENTRIES',
  'MAX_AUDIT_PAGE',
  'MAX_KEPT_DOCUMENTS',
  'MAX_DEBTS',
  'MAX_ID_CHARS',
  'MAX_KEY_CHARS',
])

/** The bounds that a reporter must respect: characters are UTF-16 code units, times ms. */
export function limitVectors() {
  const constants = Object.entries(limits).filter(
    ([name, value]) => typeof value !== 'function' && !OF_ZENITH.has(name),
  )
  return Object.fromEntries(constants.sort(([one], [other]) => (one < other ? -1 : 1)))
}
