import { existsSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const [, section = ''] = readFileSync('README.md', 'utf8').split('## What it promises\n')
const promises = (section.split('\n## ')[0] ?? '').split('\n- ').slice(1)

it.each(promises.map((promise) => [promise.match(/\*\*(.+?)\*\*/)?.[1] ?? promise, promise]))(
  '"%s" names what holds it',
  (_name, promise) => {
    const places = [...promise.matchAll(/`(test\/[^`]+)`|\((docs\/[^)#]+)/g)].map(
      ([, test, page]) => test ?? page ?? '',
    )
    expect(places).not.toEqual([])
    expect(places.filter((place) => !existsSync(place))).toEqual([])
  },
)
