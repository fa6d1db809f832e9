import { ConfigurableModuleBuilder } from '@nestjs/common'
import type { QuasarOptions } from '../../core/options.js'

export interface QuasarModuleOptions extends QuasarOptions {
  /** Whether the queues that BullModule of @nestjs/bullmq registers are reported. @default true */
  monitorQueues?: boolean
}

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN: QUASAR_OPTIONS } =
  new ConfigurableModuleBuilder<QuasarModuleOptions>().setClassMethodName('forRoot').build()

/** What the recorder knows of. */
export function recorderOptions({ monitorQueues: _, ...options }: QuasarModuleOptions): QuasarOptions {
  return options
}
