/** Stream of events on the bus. */
export const EVENT_STREAM = 'WA_EVT';

/** Every event's subject matches this. */
export const EVENT_SUBJECTS = 'wa.evt.v1.>';

/**
 * Subject of an event: `wa.evt.v1.<portfolio>.<aggregate>.<event>.<id>`. The portfolio is Meta's business id, so that
 * a tenant's permission on the bus is one subject prefix.
 */
export function eventSubject(p: { businessId: string; aggregate: string; type: string; id: string }): string {
  return ['wa.evt.v1', p.businessId, p.aggregate, p.type, p.id].join('.');
}

/** Every subject of request and reply begins so. No stream may cover it: its ack would answer in our place. */
export const RPC_PREFIX = 'wa.rpc.v1.';

/**
 * Subject of a method: `wa.rpc.v1.<service>.<method>`, both in snake_case and the service without its suffix, so that
 * `MessagingService.ListEvents` is `wa.rpc.v1.messaging.list_events`.
 */
export function rpcSubject(service: string, method: string): string {
  return `${RPC_PREFIX}${snakeCase(service.replace(/Service$/, ''))}.${snakeCase(method)}`;
}

/** Stream of commands: a work queue, from which each is gone once it has been carried out. */
export const COMMAND_STREAM = 'WA_CMD';

const COMMAND_PREFIX = 'wa.cmd.v1.';

/** Every command's subject matches this. */
export const COMMAND_SUBJECTS = `${COMMAND_PREFIX}>`;

/** Stream of the commands that could not be carried out, each with the reason. */
export const DEAD_LETTER_STREAM = 'WA_DLQ';

const DEAD_LETTER_PREFIX = 'wa.dlq.v1.';

/** Every dead letter's subject matches this. */
export const DEAD_LETTER_SUBJECTS = `${DEAD_LETTER_PREFIX}>`;

/** A command, such as `messages.send`, and Meta's business id of the portfolio that it is for. */
export interface CommandAddress {
  readonly businessId: string;
  readonly command: string;
}

/** Subject of a command: `wa.cmd.v1.<portfolio>.messages.send`. */
export function commandSubject({ businessId, command }: CommandAddress): string {
  return `${COMMAND_PREFIX}${businessId}.${command}`;
}

/** What a command's subject says. */
export function readCommandSubject(subject: string): CommandAddress {
  const [businessId = '', ...command] = subject.slice(COMMAND_PREFIX.length).split('.');
  return { businessId, command: command.join('.') };
}

/** Where a command goes that cannot be carried out: `wa.dlq.v1.` in place of `wa.cmd.v1.`. */
export function deadLetterSubject(subject: string): string {
  return `${DEAD_LETTER_PREFIX}${subject.slice(COMMAND_PREFIX.length)}`;
}

/** The dead letters of one portfolio, or of all. */
export function deadLettersOf(businessId?: string): string {
  return businessId === undefined ? DEAD_LETTER_SUBJECTS : `${DEAD_LETTER_PREFIX}${businessId}.>`;
}

function snakeCase(name: string): string {
  return name.replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => `_${letter}`).toLowerCase();
}
