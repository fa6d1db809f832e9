import { isWhole } from '../../support/extent.js'
import { freePort } from '../../support/redis.js'
import type { Child, Framework } from './child.js'
import { FRAMEWORKS } from './child.js'
import type { Question } from './traffic.js'
import { USER, type World } from './world.js'

/** Something that goes wrong while an app runs, and right again. */
export interface Fault {
  readonly name: string
  begin(world: World, child: Child): Promise<unknown> | unknown
  end(world: World, child: Child): Promise<unknown> | unknown
  /** What `status()` calls it; null when reports go on meanwhile. */
  readonly error: RegExp | null
  /** What the log may call it besides: a report that was on its way when the connection broke fails of that first. */
  readonly firstError?: RegExp
  /** Redis comes back without what it held. */
  readonly empties?: true
  /** It may be over before a report fails. */
  readonly isShort?: true
  /** What is asked of the app meanwhile besides what is ordinary. */
  readonly questions?: readonly Question[]
  /** Whether exceptions are lost meanwhile; each is counted. */
  readonly drops?: true
}

const user =
  (...rules: string[]) =>
  (world: World) =>
    world.admin().call('acl', 'setuser', USER, ...rules)

/** A fault of the app's own process: of its machine, or of what it gave to Quasar. */
function within(name: string, ...toggles: string[]): Pick<Fault, 'name' | 'error' | 'begin' | 'end'> {
  const set = (isOn: boolean) => (_world: World, child: Child) =>
    Promise.all(toggles.map((toggle) => child.toggle(toggle, isOn)))
  return { name, error: null, begin: set(true), end: set(false) }
}

export const FAULTS: readonly Fault[] = [
  {
    name: 'Redis is killed',
    error: /ECONN|closed/,
    empties: true,
    begin: (world) => world.server().kill(),
    end: (world) => world.startAgain(),
  },
  {
    name: 'Redis is restarted',
    error: null,
    empties: true,
    isShort: true,
    begin: async (world) => {
      await world.server().kill()
      await world.startAgain()
    },
    end: () => {},
  },
  {
    name: 'Redis is paused',
    error: /ETIMEDOUT/,
    begin: (world) => world.server().pause(),
    end: (world) => world.server().resume(),
  },
  {
    name: 'Redis is full and evicts nothing',
    error: /OOM/,
    begin: (world) => world.admin().config('SET', 'maxmemory-policy', 'noeviction', 'maxmemory', '1'),
    end: (world) => world.admin().config('SET', 'maxmemory', '0'),
  },
  {
    name: 'Redis is a read-only replica after a failover',
    error: /READONLY/,
    begin: async (world) => world.admin().replicaof('127.0.0.1', await freePort()),
    end: (world) => world.admin().replicaof('NO', 'ONE'),
  },
  {
    name: 'the password is wrong',
    error: /WRONGPASS/,
    firstError: /ECONN|closed/,
    begin: async (world) => {
      await user('resetpass', '>other')(world)
      await world.hangUp()
    },
    end: user('resetpass', '>secret'),
  },
  {
    name: 'the ACL lacks one of the commands',
    error: /NOPERM.*zadd/i,
    begin: user('-zadd'),
    end: user('+zadd'),
  },
  {
    name: 'every answer of Redis takes two seconds',
    error: /ETIMEDOUT/,
    begin: ({ proxy }) => proxy.go('late'),
    end: ({ proxy }) => proxy.go('clear'),
  },
  {
    name: 'connections break in the middle of a pipeline',
    error: /ECONN|EPIPE|closed/,
    begin: ({ proxy }) => proxy.go('cut'),
    end: ({ proxy }) => proxy.go('clear'),
  },
  {
    name: "the name of Redis' host is not found",
    error: /ENOTFOUND/,
    firstError: /ECONN|closed/,
    begin: async (world, child) => {
      await child.toggle('dns', true)
      world.proxy.reset()
    },
    end: (_world, child) => child.toggle('dns', false),
  },
  within('the clock jumps two days ahead', 'clock-ahead'),
  within('the clock jumps two days back', 'clock-back'),
  within('/proc and the files of cgroups are gone', 'kernel-files'),
  within('every probe throws', 'probes'),
  { ...within('redact throws', 'redact'), drops: true },
  {
    name: 'the logger throws in an outage',
    error: /ECONN|closed/,
    empties: true,
    begin: async (world, child) => {
      await child.toggle('logger', true)
      await world.server().kill()
    },
    end: (world) => world.startAgain(),
  },
  {
    name: 'errors are circular and huge',
    error: null,
    begin: () => {},
    end: () => {},
    questions: ['circular', 'huge'].map((of) => ({ name: 'fail', of })),
  },
  {
    name: 'getters of errors throw',
    error: null,
    begin: () => {},
    end: () => {},
    questions: ['hostile', 'proxied'].map((of) => ({ name: 'fail', of })),
  },
  {
    name: '50,000 exceptions come in a second',
    error: null,
    begin: (_world, child) => child.flood(50_000),
    end: () => {},
    drops: true,
  },
]

/**
 * Those that are tried with a framework: all of them in the long form. In the short one each is tried with one framework,
 * and each framework with a share of them.
 */
export function faultsOf(framework: Framework): readonly Fault[] {
  if (isWhole) return FAULTS
  const own = FRAMEWORKS.indexOf(framework)
  return FAULTS.filter((_, index) => index % FRAMEWORKS.length === own)
}
