import { round } from '../../lib/round.js'

/** Unknown values count in none of them; without a known one the result is unknown, which is null. */
type Known = number | null | undefined

export class Mean {
  #sum = 0
  #count = 0

  add(value: Known): void {
    if (value === null || value === undefined) return
    this.#sum += value
    this.#count += 1
  }

  get value(): number | null {
    return this.#count === 0 ? null : round(this.#sum / this.#count)
  }
}

export class Most {
  value: number | null = null

  add(value: Known): void {
    if (value !== null && value !== undefined) this.value = Math.max(this.value ?? value, value)
  }
}

export class Least {
  value: number | null = null

  add(value: Known): void {
    if (value !== null && value !== undefined) this.value = Math.min(this.value ?? value, value)
  }
}

export class Sum {
  value: number | null = null

  add(value: Known): void {
    if (value !== null && value !== undefined) this.value = (this.value ?? 0) + value
  }
}
