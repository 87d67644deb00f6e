import { Injectable } from '@nestjs/common';
import { WorkerLoop } from '../platform/lifecycle/worker-loop.js';
import { Runtime } from '../platform/runtime.js';
import { CommandWorker } from './command.worker.js';
import { LaneSchedule } from './lane-schedule.js';
import { OutboxPublisherWorker } from './outbox-publisher.worker.js';
import { OutboxSignal } from './outbox-signal.js';
import { SendLoopWorker } from './send-loop.worker.js';

/** The loops of the worker role that belong to messages. */
@Injectable()
export class MessagingWorkersService {
  constructor(
    private readonly sendLoop: SendLoopWorker,
    private readonly publisher: OutboxPublisherWorker,
    private readonly commands: CommandWorker,
    private readonly schedule: LaneSchedule,
    private readonly outbox: OutboxSignal,
    private readonly runtime: Runtime,
  ) {}

  /** The loops, wired to what wakes them; the publisher and the commands only where there is a bus. */
  loops(): readonly WorkerLoop[] {
    const send = new WorkerLoop(this.sendLoop, this.runtime.logger);
    this.schedule.listen(() => send.wake());
    if (!this.runtime.publishesEvents) return [send];
    const publish = new WorkerLoop(this.publisher, this.runtime.logger);
    this.outbox.listen(() => publish.wake());
    return [send, publish, new WorkerLoop(this.commands, this.runtime.logger)];
  }
}
