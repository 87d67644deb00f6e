import { Injectable } from '@nestjs/common';
import { WorkerLoop } from '../platform/lifecycle/worker-loop.js';
import { Runtime } from '../platform/runtime.js';
import { CommandWorker } from './command.worker.js';
import { EndedHolds } from './ended-holds.js';
import { OutboxPublisherWorker } from './outbox-publisher.worker.js';
import { OutboxSignal } from './outbox-signal.js';
import { SendLoopWorker } from './send-loop.worker.js';

/** The loops of the worker role that belong to messages. */
@Injectable()
export class MessagingWorkersService {
  constructor(
    private readonly sendLoop: SendLoopWorker,
    private readonly ended: EndedHolds,
    private readonly publisher: OutboxPublisherWorker,
    private readonly commands: CommandWorker,
    private readonly outbox: OutboxSignal,
    private readonly runtime: Runtime,
  ) {}

  /** The loops, wired to what wakes them; the publisher and the commands only where there is a bus. */
  loops(): readonly WorkerLoop[] {
    const send = new WorkerLoop(this.sendLoop, this.runtime.logger);
    this.sendLoop.listen(() => send.wake());
    const ended = new WorkerLoop(this.ended, this.runtime.logger);
    if (!this.runtime.publishesEvents) return [send, ended];
    const publish = new WorkerLoop(this.publisher, this.runtime.logger);
    this.outbox.listen(() => publish.wake());
    return [send, ended, publish, new WorkerLoop(this.commands, this.runtime.logger)];
  }
}
