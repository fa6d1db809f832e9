import { readFileSync } from 'node:fs'
import type { Redis } from 'ioredis'

/** The rules of a page of docs/, as words of ACL SETUSER, by the name of the user. */
export function documentedAclRules(page = 'operations.md'): Map<string, string[]> {
  const text = readFileSync(new URL(`../../docs/${page}`, import.meta.url), 'utf8')
  const rules = [...text.matchAll(/```acl\n([\s\S]*?)```/g)].flatMap((block) => (block[1] ?? '').trim().split('\n'))
  return new Map(
    rules.map((rule) => {
      const [, , user = '', ...words] = rule.split(/\s+/)
      return [user, words]
    }),
  )
}

/** Makes a user with the rights of the documented ones, all together; its password is `secret`. */
export async function createAclUser(client: Redis, user: string, documented: readonly string[]): Promise<void> {
  const rules = documentedAclRules()
  const words = documented.map((name) => {
    const rule = rules.get(name)
    if (!rule) throw new Error(`docs/operations.md has no rule for ${name}`)
    return rule
  })
  const [first = [], ...others] = words
  const added = others.flat().filter((word) => /^[+~%]/.test(word))
  await client.call('acl', 'setuser', user, ...first, ...added)
}
