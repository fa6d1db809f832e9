import { ConfigurableModuleBuilder } from '@nestjs/common'
import type { QuasarOptions } from '../../core/options.js'

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN: QUASAR_OPTIONS } =
  new ConfigurableModuleBuilder<QuasarOptions>().setClassMethodName('forRoot').build()
