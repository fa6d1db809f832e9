import { QuasarModule } from '@gravito/quasar/nest'
import { Module } from '@nestjs/common'
import { AccountsController } from './accounts.controller.js'
import { AccountsService } from './accounts.service.js'

@Module({
  imports: [QuasarModule.forRoot()],
  controllers: [AccountsController],
  providers: [AccountsService],
})
export class AppModule {}
