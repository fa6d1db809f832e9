// Which faults of its own process are on. The preloads and the app look here, the test switches them.
export const faults = new Set()
