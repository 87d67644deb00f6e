/** One thing the client asked for, and every answer that named a message for it. */
export interface Command {
  /** Idempotency key; also the message's `callback_data`, so that the service's own list can be searched by it. */
  readonly key: string;
  /** E.164; used by no other command of the round. */
  readonly to: string;
  readonly phoneNumberId: string;
  readonly onUnknown: 'hold' | 'resend';
  /** 202 answers in the order in which they came; more than one when the client asked again. */
  readonly answers: readonly { readonly messageId: string; readonly atMs: number }[];
}

/** A line of the simulator's ledger, as docs/simulator.md has it. */
export interface WireLine {
  readonly seq: number;
  /** Epoch milliseconds at which the request was fully read. */
  readonly at_ms: number;
  readonly phone_number_id: string;
  readonly to: string | null;
  readonly biz_opaque_callback_data: string | null;
  readonly outcome: 'accepted' | 'refused' | 'faulted';
  readonly fault?: string;
  readonly code?: number;
  /** Present if and only if the platform accepted the message. */
  readonly wamid?: string;
}

/** A message as `GET /v1/messages` lists it: the fields that the checker judges. */
export interface StoredMessage {
  readonly id: string;
  readonly state: string;
  readonly status: string | null;
  readonly wamid: string | null;
  readonly callback_data: string | null;
}

/** An event, in the service's ledger or as a reader saw it. */
export interface EventSeen {
  readonly id: string;
  readonly messageId: string;
  readonly version: number;
  /** Last word of its type: `queued`, `submitted`, `delivered` … */
  readonly type: string;
}

/** Everything that one consumer of events saw, in the order in which it came. */
export interface EventReader {
  readonly name: string;
  readonly seen: readonly EventSeen[];
}

/** A process that was killed, or stopped for longer than its lease. */
export interface Crash {
  readonly atMs: number;
  /** From when on a gateway was there to take over: the instant of the crash when another one was ready. */
  readonly healedAtMs: number;
}

/** What a round promises beyond the invariants. */
export interface Promises {
  /** Messages per second that each number may send. */
  readonly mps: number;
  /** Messages that one crash may leave in doubt (I5). */
  readonly mostInDoubtPerCrash: number;
  /** From `healedAtMs` until the lane's next message is on the wire. */
  readonly takeOverWithinMs: number;
  /** The platform delivered every message it accepted: then `delivered` has to be in each history. */
  readonly everyMessageDelivered: boolean;
}

/** The ledgers of one round, taken after everything was healed and had come to rest. */
export interface RoundLedgers {
  readonly commands: readonly Command[];
  readonly wire: readonly WireLine[];
  readonly messages: readonly StoredMessage[];
  /** The service's own ledger of events. */
  readonly history: readonly EventSeen[];
  readonly readers: readonly EventReader[];
  readonly crashes: readonly Crash[];
  readonly promises: Promises;
}
