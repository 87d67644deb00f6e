/** What we read of a message as the gateway's REST API shows it (docs/openapi.json has the whole of it). */
export interface GatewayMessage {
  readonly id: string;
  readonly to: string;
  readonly state: string;
  readonly status: string | null;
  readonly wamid?: string | null;
  readonly accepted_at?: string | null;
  readonly submitted_at?: string | null;
  readonly sent_at?: string | null;
  readonly delivered_at?: string | null;
  readonly read_at?: string | null;
  readonly failed_at?: string | null;
  readonly attempts?: readonly GatewayAttempt[];
}

/** One attempt to hand a message to the platform. */
export interface GatewayAttempt {
  readonly number: number;
  readonly armed_at?: string;
  readonly outcome: string | null;
  readonly evidence?: string | null;
  readonly error?: { readonly message?: string; readonly code?: number | string } | null;
}

/** One event of `GET /v1/events`. */
export interface GatewayEvent {
  readonly id: string;
  /** `io.heliograph.message.<event>.v1` */
  readonly type: string;
  /** Id of the message. */
  readonly subject: string;
  readonly time: string;
  /** Strictly rising per message. */
  readonly version: number;
  readonly data: Readonly<Record<string, unknown>>;
}

/** One send as the simulator's ledger has it (docs/simulator.md). */
export interface LedgerLine {
  readonly seq: number;
  /** Arrival in epoch milliseconds, with a fraction. */
  readonly at_ms: number;
  readonly phone_number_id: string;
  readonly to: string | null;
  readonly outcome: 'accepted' | 'refused' | 'faulted';
  readonly fault?: string;
  readonly code?: number;
  /** Present if and only if the platform accepted the message. */
  readonly wamid?: string;
  readonly answered: boolean;
}

/** A message that the gateway answered 202 for. */
export interface AcceptedPost {
  readonly id: string;
  readonly to: string;
}

/** A phone number without the signs that one side writes and the other does not. */
export function digitsOf(phone: string | null): string {
  return (phone ?? '').replace(/\D/g, '');
}
