// The past of a fleet, as it would have written it: rollups of the last minutes and history of the last hour, in the same bytes, with the
// times of then as ids.
import { fromModules } from '../shared/dist.mjs'

const { encodeRollup } = await fromModules('protocol/rollup.js')
const { MAX_RECORD_CHARS } = await fromModules('protocol/limits.js')
const { packText } = await fromModules('redis/packed-text.js')
const { send } = await fromModules('redis/send.js')

/** Redis forgets rollups after this. */
const ROLLUP_MINUTES = 15
/** Nodes whose entries of a step are sent together. */
const TOGETHER = 200

/**
 * @param nodes of this process, each with its parts
 * @param minutes how long the fleet has run
 */
export async function fill(nodes, { interval, minutes }) {
  const now = Date.now()
  for (let at = now - 60_000 * minutes; at < now; at += interval) {
    for (let first = 0; first < nodes.length; first += TOGETHER) {
      await Promise.all(nodes.slice(first, first + TOGETHER).map((one) => fillStep(one, at, now)))
    }
  }
}

async function fillStep({ node, parts: { connection, keys, signer } }, at, now) {
  const isKept = now - at <= 60_000 * ROLLUP_MINUTES
  const commands = node.spans(at).flatMap(({ type, record }) => {
    if (type === 'rollup' && !isKept) return []
    const key = keys[type](node.service)
    const fields = packText(signer.json(key, encodeRollup(record, 0)), MAX_RECORD_CHARS)
    return [['xadd', key, `${at}-*`, ...fields]]
  })
  const replies = await send(connection, commands)
  const failed = replies.find(({ error }) => error)
  if (failed) throw failed.error
}
