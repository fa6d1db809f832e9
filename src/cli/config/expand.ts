import { readVariable } from '../arguments/variables.js'

const PART = /\$\$\{|\$\{([A-Za-z_]\w*)(?::-([^}]*))?\}|\$\{/g

/** A text in which the variables were replaced. */
export interface Expanded {
  readonly text: string
  /** Whether there were any: the text may then be a number. */
  readonly isExpanded: boolean
}

/**
 * Replaces `${NAME}` and `${NAME:-default}`; `$${` is a plain `${`. What a variable has is not replaced again.
 *
 * @throws Error that names the variable and shows no value
 */
export function expand(text: string, env: NodeJS.ProcessEnv): Expanded {
  let isExpanded = false
  const expanded = text.replace(PART, (part, name: string | undefined, byDefault: string | undefined) => {
    if (part === '$${') return '${'
    if (name === undefined)
      throw new Error(`has a \${ that begins no \${NAME} or \${NAME:-default}; $\${ is a plain \${`)
    isExpanded = true
    const value = readVariable(env, name)?.text ?? byDefault
    if (value === undefined)
      throw new Error(`takes the variable ${name}, which is not set, nor is ${name}_FILE; \${${name}:-…} has a default`)
    return value
  })
  return { text: expanded, isExpanded }
}
