/** A message the platform accepted. */
export interface AcceptedSend {
  readonly wamid: string;
  readonly phoneNumberId: string;
  readonly wabaId: string;
  /** Exactly one of the two: digits of a phone number, or a business-scoped user id. */
  readonly waId?: string;
  readonly userId?: string;
  readonly type: string;
  /** Category of a template; undefined for other messages. */
  readonly category?: string;
  readonly templateName?: string;
  readonly body: unknown;
  readonly atMs: number;
}

/** A status a message came to; told when its webhook falls due, `atMs` being when it happened. */
export interface StatusChange extends Omit<AcceptedSend, 'body'> {
  readonly status: 'sent' | 'delivered' | 'read' | 'played' | 'failed';
  /** Graph code of a failed status. */
  readonly code?: number;
}

/** A user wrote to a number. */
export interface InboundMessage {
  readonly wamid: string;
  readonly phoneNumberId: string;
  readonly wabaId: string;
  readonly waId?: string;
  readonly userId?: string;
  readonly type: string;
  /** What a text, a button or a list reply says; undefined for the rest. */
  readonly text?: string;
  readonly atMs: number;
}

/** A user blocked the number because of a message. */
export interface Blocking {
  readonly wamid: string;
}

interface TrafficEvents {
  readonly accepted: AcceptedSend;
  readonly status: StatusChange;
  readonly inbound: InboundMessage;
  readonly blocked: Blocking;
}

type Listeners = { [E in keyof TrafficEvents]: ((event: TrafficEvents[E]) => void)[] };

/** Tells modules what passes through the platform; listeners run at once, in the order they came, and may not throw. */
export class Traffic {
  private readonly listeners: Listeners = { accepted: [], status: [], inbound: [], blocked: [] };

  on<E extends keyof TrafficEvents>(event: E, listener: (event: TrafficEvents[E]) => void): void {
    this.listeners[event].push(listener);
  }

  tell<E extends keyof TrafficEvents>(name: E, event: TrafficEvents[E]): void {
    for (const listener of this.listeners[name]) listener(event);
  }
}
