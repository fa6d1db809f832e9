import { Readable } from 'node:stream'
import { Controller, Get, Param, Post, StreamableFile, UseGuards } from '@nestjs/common'
import { AccountsService } from './accounts.service.js'
import { AdminGuard } from './admin.guard.js'

@Controller('accounts')
export class AccountsController {
  constructor(private readonly accounts: AccountsService) {}

  @Get()
  list() {
    return this.accounts.list()
  }

  /** Streams: a line at a time. */
  @Get('export')
  export() {
    return new StreamableFile(Readable.from(this.accounts.lines()), { type: 'application/x-ndjson' })
  }

  /** Refused to everyone who is no administrator: 403, which is no exception. */
  @Get('audit')
  @UseGuards(AdminGuard)
  audit() {
    return []
  }

  @Get(':id')
  find(@Param('id') id: string) {
    return this.accounts.find(id)
  }

  /** Slow: a year of postings. */
  @Get(':id/statement')
  statement(@Param('id') id: string) {
    return this.accounts.statement(id)
  }

  /** Fails: the ledger is locked. */
  @Post(':id/transfer')
  transfer() {
    return this.accounts.transfer()
  }

  /** Blocks the event loop: every request of this process waits meanwhile. */
  @Get(':id/score')
  score(@Param('id') id: string) {
    return this.accounts.score(id)
  }
}
