import type { PeopleStore } from '../../ports/people.js'

/** What the thread does when it is asked: everything of a store that returns a promise. */
export type Method = Exclude<keyof PeopleStore, 'place'>
