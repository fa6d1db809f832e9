// The people of the demo with clusters: each sets a password by its link and logs in, as in a browser.

/** The same for all: the demo is for this machine, and its users go with it. */
export const PASSWORD = 'the demo of quasar'

export const people = [
  { name: 'ada', words: 'admin of all clusters', grants: null },
  { name: 'vera', words: 'viewer of staging and development', grants: [viewer('staging'), viewer('development')] },
  {
    name: 'olga',
    words: 'operator of the queues mail* in production and staging',
    grants: ['production', 'staging'].map((cluster) => ({ cluster, queues: ['mail*'], role: 'operator' })),
  },
]

function viewer(cluster) {
  return { cluster, queues: null, role: 'viewer' }
}

/** @param url of Zenith @param setupPath of the link for the first admin */
export async function addPeople(url, setupPath) {
  const [admin, ...others] = people
  const browser = browserAt(url)
  await browser.submit(setupPath, { name: admin.name, password: PASSWORD, again: PASSWORD })
  for (const { name, grants } of others) {
    const { link } = await browser.change('api/people/users', { action: 'add', name, grants, groups: [] })
    await browserAt(url).submit(link, { password: PASSWORD, again: PASSWORD })
  }
}

/** Keeps cookies, and sends forms with the token that they have. */
function browserAt(url) {
  const cookies = new Map()
  async function ask(path, init = {}) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(`${url}/${path}`, {
      ...init,
      redirect: 'manual',
      headers: { ...init.headers, cookie },
    })
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (name) cookies.set(name, value)
    }
    if (response.status >= 400) throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
    return response
  }
  return {
    async submit(path, fields) {
      const html = await (await ask(path)).text()
      const hidden = [...html.matchAll(/name="(token|next)" value="([^"]*)"/g)].map(([, name, value]) => [name, value])
      const body = new URLSearchParams({ ...Object.fromEntries(hidden), ...fields })
      await ask(path, { method: 'POST', body, headers: { 'sec-fetch-site': 'same-origin' } })
    },
    async change(path, body) {
      const { token } = await (await ask('api/session')).json()
      const headers = { 'content-type': 'application/json', 'x-zenith-token': token }
      return (await ask(path, { method: 'POST', headers, body: JSON.stringify(body) })).json()
    },
  }
}
