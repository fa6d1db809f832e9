// Errors as only the worst of apps throw them, by what they are like.
const CHARS = 4_000_000

function circular() {
  const error = new Error('circular')
  const cause = new Error('its cause', { cause: error })
  return Object.assign(error, { cause, self: error, list: [error, cause] })
}

function huge() {
  const error = new Error('huge '.repeat(CHARS / 5))
  error.stack = `Error: huge\n${'    at place (file.js:1:1)\n'.repeat(CHARS / 26)}`
  return Object.assign(error, { body: 'x'.repeat(CHARS) })
}

/** One whose every property that Quasar reads throws, and what a framework decides by does not. */
function hostile() {
  const error = new Error('hostile')
  for (const name of ['name', 'message', 'stack', 'cause']) {
    Object.defineProperty(error, name, {
      get() {
        throw new Error(`the getter of ${name} throws`)
      },
    })
  }
  return error
}

/** Throws whatever it is asked, but for what a promise or a framework looks for. */
function proxied() {
  return new Proxy(new Error('proxied'), {
    get(target, name) {
      if (['name', 'message', 'stack', 'cause'].includes(name)) throw new Error(`asked for ${String(name)}`)
      return Reflect.get(target, name)
    },
    getPrototypeOf: () => Error.prototype,
    ownKeys() {
      throw new Error('asked for all')
    },
  })
}

export const ERRORS = {
  plain: () => new Error('no stock'),
  circular,
  huge,
  hostile,
  proxied,
}
