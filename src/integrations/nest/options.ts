import { ConfigurableModuleBuilder } from '@nestjs/common'
import { isDisabled, type QuasarOptions } from '../../core/options/options.js'
import { RECORDER_CHECKS } from '../../core/options/recorder-options.js'
import { checkOptions, type OptionChecks } from '../../lib/options.js'

export interface QuasarModuleOptions extends QuasarOptions {
  /** Whether the queues that BullModule of @nestjs/bullmq registers are reported. @default true */
  monitorQueues?: boolean
}

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN: QUASAR_OPTIONS } =
  new ConfigurableModuleBuilder<QuasarModuleOptions>().setClassMethodName('forRoot').build()

const CHECKS = {
  ...RECORDER_CHECKS,
  monitorQueues: { takes: 'true or false', accepts: (v) => typeof v === 'boolean' },
} satisfies OptionChecks<keyof QuasarModuleOptions>

/**
 * What the recorder knows of.
 *
 * @throws QuasarError `invalid_option`, unless Quasar is switched off
 */
export function recorderOptions(given: QuasarModuleOptions): QuasarOptions {
  if (isDisabled(given, process.env)) return { enabled: false }
  const { monitorQueues: _, ...options } = checkOptions('QuasarModule', given, CHECKS)
  return options
}
