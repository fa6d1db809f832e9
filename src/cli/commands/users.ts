import { createPolicy, type Policy } from '../../api/permissions.js'
import { addUser, type Change, editUser, removeUser } from '../../people/changes/users.js'
import type { Directory, User } from '../../people/directory.js'
import { isPeopleError } from '../../people/errors.js'
import { groupsOf, roleGrantsOf } from '../../people/rights.js'
import { People } from '../../people/service/people.js'
import { ARCHIVE_OPTION, type ArchivePlace, archiveAt, DEFAULT_ARCHIVE } from '../arguments/archive.js'
import { type Command, Problem, wrongUse } from '../arguments/command.js'
import { describeOptions, list, type OptionSpec, type Parsed, readOptions, text } from '../arguments/options.js'
import { TRAIL_OPTIONS } from '../arguments/trail.js'
import { redisFrom } from '../arguments/values.js'
import { tellTrail } from '../users/audit.js'
import { inviteFor } from '../users/links.js'

const anything = text(/./, 'a text')

const OPTIONS = {
  archive: { ...ARCHIVE_OPTION, help: 'where the users are: a directory or postgres://…' },
  role: {
    value: 'ROLE',
    env: null,
    help: 'role: viewer, operator, admin or one of yours (default viewer)',
    read: anything,
  },
  cluster: { value: 'ID', env: null, help: 'only for this cluster (default all)', read: anything },
  for: {
    value: 'PATTERN',
    env: null,
    isRepeatable: true,
    help: 'only for these queues, mail-*',
    read: list(() => true, 'names of queues, comma-separated: mail-*'),
  },
  email: { value: 'ADDRESS', env: null, help: 'mail address', read: text(/^\S+@\S+$/, 'a mail address') },
  url: { value: 'URL', env: 'QUASAR_URL', help: 'where people reach the page, for the link', read: anything },
  ...TRAIL_OPTIONS,
} as const satisfies Record<string, OptionSpec<unknown>>

const HELP = `Usage: quasar users [list]
       quasar users <add | invite | grant | disable | enable | remove> NAME [options]

Lists and changes the users of a Zenith that was started with --people, also while it runs. \`add\` and \`invite\` print a link
by which the user sets a password, once and within 7 days. \`grant\` gives a role in addition to those that the user has.

Options and their environment variables:
${describeOptions(OPTIONS)}
`

type Values = Parsed<typeof OPTIONS>['values']

/** A command about one user. @returns what to print */
type Perform = (people: People, name: string, values: Values) => Promise<string>

const COMMANDS: Readonly<Record<string, Perform>> = {
  async add(people, name, values) {
    const user = { name, email: values.email ?? null, groups: [], grants: [grantOf(values)] }
    const id = await people.change((directory, now) => addUser(directory, user, now))
    return `${name} is added. ${await inviteFor(people, id, values.url)}`
  },
  async invite(people, name, values) {
    return inviteFor(people, (await userNamed(people, name)).id, values.url)
  },
  async grant(people, name, values) {
    await edit(people, name, (directory, user) =>
      editUser(directory, user.id, { grants: [...user.grants, grantOf(values)] }),
    )
    return `${name} has the role ${values.role ?? DEFAULT_ROLE}, too.`
  },
  async disable(people, name) {
    await edit(people, name, (directory, { id }) => editUser(directory, id, { isDisabled: true }))
    return `${name} is locked out, and all sessions have ended.`
  },
  async enable(people, name) {
    await edit(people, name, (directory, { id }) => editUser(directory, id, { isDisabled: false }))
    return `${name} can log in again.`
  },
  async remove(people, name) {
    await edit(people, name, (directory, { id }) => removeUser(directory, id))
    return `${name} is removed, with all tokens.`
  },
}

const DEFAULT_ROLE = 'viewer'

export const usersCommand: Command = {
  summary: 'lists and changes the users of Zenith',
  help: HELP,
  async run(args, env) {
    const { isHelp, values, words } = readOptions(args, OPTIONS, env, 2)
    if (isHelp) {
      process.stdout.write(HELP)
      return
    }
    const [command = 'list', name] = words
    if (values.archive === null) throw wrongUse('--archive none has no users: they are in its database.')
    const place = values.archive ?? { kind: 'sqlite', dir: DEFAULT_ARCHIVE }
    await withPeople(place, (people) =>
      perform(people, { command, name, values, redis: values.redis ?? redisFrom(env) }),
    )
  },
}

interface Task {
  readonly command: string
  readonly name: string | undefined
  readonly values: Values
  readonly redis: string
}

async function perform(people: People, { command, name, values, redis }: Task): Promise<void> {
  if (command === 'list' && name === undefined) {
    say(tableOf(await people.directory()))
    return
  }
  const work = Object.hasOwn(COMMANDS, command) ? COMMANDS[command] : undefined
  if (!work) throw wrongUse(`has the commands list, ${Object.keys(COMMANDS).join(', ')}.`)
  if (name === undefined) throw wrongUse(`${command} takes the name of a user.`)
  say(await work(people, name, values))
  const { prefix, token } = values
  const isTold = await tellTrail({ redis, prefix, token }, { action: `user ${command}`, target: name })
  if (!isTold) process.stderr.write('Redis does not take the line for the audit trail.\n')
}

async function withPeople(place: ArchivePlace, work: (people: People) => Promise<void>): Promise<void> {
  const archive = archiveAt(place)
  const store = archive.people?.()
  if (!store) throw new Problem('this archive has no place for users.', 1)
  const people = new People({ store, policy: POLICY, sessionMs: 0, now: Date.now })
  try {
    await people.open()
    await work(people)
  } catch (error) {
    if (isPeopleError(error)) throw new Problem(error.message, 1)
    throw error
  } finally {
    await people.close()
    await archive.close()
  }
}

/** Who sees payloads makes no difference to who is admin. */
const POLICY: Policy = createPolicy({ payloads: 'operator' })

async function edit(
  people: People,
  name: string,
  make: (directory: Directory, user: User) => Change<unknown>,
): Promise<void> {
  const { id } = await userNamed(people, name)
  await people.change((directory) => {
    const user = directory.get('user', id)
    if (!user) throw new Problem(`there is no user "${name}".`, 1)
    return make(directory, user)
  })
}

async function userNamed(people: People, name: string): Promise<User> {
  const user = (await people.directory()).userNamed(name)
  if (!user) throw new Problem(`there is no user "${name}".`, 1)
  return user
}

function grantOf({ role = DEFAULT_ROLE, cluster = '*', for: queues }: Values) {
  return { cluster, queues: queues ?? null, role }
}

function tableOf(directory: Directory): string {
  const users = directory.all('user')
  if (users.length === 0) return 'There are no users. The first admin: quasar users add NAME --role admin'
  const rows = users.map((user) => {
    const roles = roleGrantsOf(directory, user).map(grantText)
    const groups = groupsOf(directory, user).map(({ name }) => name)
    return [user.name, stateOf(user), roles.join(', ') || 'no role', groups.join(', ')]
  })
  const lines = [['NAME', 'STATE', 'ROLES', 'GROUPS'], ...rows]
  const widths = [0, 1, 2].map((column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

function stateOf({ isDisabled, password }: User): string {
  if (isDisabled) return 'locked out'
  return password === null ? 'no password' : 'active'
}

function grantText({
  role,
  cluster,
  queues,
}: {
  role: string
  cluster: string
  queues: readonly string[] | null
}): string {
  const where = [...(cluster === '*' ? [] : [cluster]), ...(queues ?? [])]
  return where.length === 0 ? role : `${role} (${where.join(', ')})`
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
