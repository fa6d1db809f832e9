// The other side of process.mjs: answers questions, and ends when whoever asks does.

/** @param answer of a question: an object, or a promise of one */
export function answering(answer) {
  process.on('message', async ({ id, ...question }) => {
    try {
      reply({ id, ...(await answer(question)) })
    } catch (error) {
      reply({ id, error: String(error?.message ?? error) })
    }
  })
  process.on('disconnect', () => process.exit())
}

/** Says that it is ready, and what else there is to say. */
export function hello(facts = {}) {
  process.send(facts)
}

/** CPU time of this process so far, its threads included, µs. */
export function cpuUs() {
  const { user, system } = process.cpuUsage()
  return user + system
}

function reply(message) {
  // Whoever asked may be gone meanwhile.
  if (process.connected) process.send(message, () => {})
}
