import type { GatewayEvent } from './wire.js';

/** Where one message stands, as far as its events tell. */
interface Standing {
  state: string;
  /** Version of the event that `state` is from. */
  version: number;
  sent: boolean;
  delivered: boolean;
  read: boolean;
  failed: boolean;
}

/** Counts over the messages of one run. */
export interface Progress {
  readonly total: number;
  /** Messages that the gateway answered 202 for. */
  readonly accepted: number;
  /** Messages that the platform has, by the gateway's account. */
  readonly sent: number;
  readonly delivered: number;
  readonly read: number;
  /** Failed at the platform or rejected by it. */
  readonly failed: number;
  /** Messages whose fate is open because an answer did not come. */
  readonly inDoubt: number;
}

/** Events that change where a message stands with the gateway, and the state they lead to. */
const STATE_AFTER: Readonly<Record<string, string>> = {
  scheduled: 'scheduled',
  queued: 'queued',
  resend_queued: 'queued',
  submitted: 'submitted',
  unknown: 'unknown',
  unconfirmed: 'unconfirmed',
  rejected: 'rejected',
  expired: 'expired',
  cancelled: 'cancelled',
};

/** States that nothing changes any more, in the time of a demo. */
const CLOSED = new Set(['rejected', 'unconfirmed', 'expired', 'cancelled']);

/**
 * Keeps where each message of a run stands by folding the gateway's events. Reading an event twice, or the events of a
 * message in another order, gives the same board.
 */
export class MessageBoard {
  private readonly standings = new Map<string, Standing>();
  private readonly ours = new Set<string>();

  constructor(private readonly total: number) {}

  /** Counts a message among those of the run; its events may have come before. */
  accept(id: string): void {
    this.ours.add(id);
  }

  /** Folds one event; events that are not of messages, and names not known here, change nothing. */
  add(event: Pick<GatewayEvent, 'type' | 'subject' | 'version'>): void {
    const name = /^io\.heliograph\.message\.([a-z_]+)\.v\d+$/.exec(event.type)?.[1];
    if (name === undefined) return;
    const standing = this.standingOf(event.subject);
    const state = STATE_AFTER[name];
    if (state !== undefined && event.version > standing.version) {
      standing.state = state;
      standing.version = event.version;
    }
    if (name === 'sent') standing.sent = true;
    if (name === 'delivered') standing.delivered = true;
    if (name === 'read' || name === 'played') standing.read = true;
    if (name === 'failed') standing.failed = true;
  }

  /** The counts of the run's messages. */
  progress(): Progress {
    const found = this.run();
    const count = (is: (standing: Standing) => boolean) => found.filter(is).length;
    return {
      total: this.total,
      accepted: this.ours.size,
      sent: count((s) => s.state === 'submitted'),
      delivered: count((s) => s.delivered || s.read),
      read: count((s) => s.read),
      failed: count((s) => s.failed || s.state === 'rejected'),
      inDoubt: count((s) => s.state === 'unknown'),
    };
  }

  /**
   * How many messages of the run are not final yet. With `sentIsFinal` a message that the platform reported as sent
   * counts as final: some phones are switched off for good, and the simulator has those too.
   */
  open(sentIsFinal: boolean): number {
    return this.run().filter((s) => !isFinal(s, sentIsFinal)).length;
  }

  private run(): Standing[] {
    return [...this.ours].map((id) => this.standingOf(id));
  }

  private standingOf(id: string): Standing {
    const known = this.standings.get(id);
    if (known !== undefined) return known;
    const fresh = { state: 'queued', version: 0, sent: false, delivered: false, read: false, failed: false };
    this.standings.set(id, fresh);
    return fresh;
  }
}

function isFinal(s: Standing, sentIsFinal: boolean): boolean {
  if (CLOSED.has(s.state)) return true;
  return s.state === 'submitted' && (s.delivered || s.read || s.failed || (sentIsFinal && s.sent));
}
