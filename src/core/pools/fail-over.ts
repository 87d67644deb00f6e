import { type Stop, type StopScope, stopOf } from '../limits/stop.js';

/** A number as it stands now, for what waits on it and was accepted for a pool. */
export interface PoolSender {
  readonly phoneNumberId: string;
  readonly wabaId: string;
  /** Our id of the portfolio. */
  readonly portfolioId: string;
  /** Meta's word for its state; null until read. */
  readonly status: string | null;
  /** Whether the portfolio still has it. */
  readonly isThere: boolean;
  /** Whether it is still one of the pool's. */
  readonly isMember: boolean;
}

/** Why messages leave a number. */
export type LossCause = 'deleted' | 'removed' | 'status' | 'stop';

/** A number that will not send for long, as far as a kind of message goes. */
export interface Loss {
  readonly cause: LossCause;
  /** A sentence without its full stop. */
  readonly why: string;
}

/** What has to happen to a number before messages leave it. */
export interface LossRules {
  /** Whose stops count. A template that is paused is no reason to change the number that a person knows. */
  readonly scopes: readonly StopScope[];
  /** How long a stop must go on at least, in milliseconds; one that only a release ends goes on for ever. */
  readonly leastMs: number;
  /** Meta's words for numbers that cannot send, and do not come back by themselves. */
  readonly statuses: readonly string[];
}

const MINUTE_MS = 60_000;

/**
 * Half an hour is ours. A light step of an escalation lasts 5 minutes, Meta's own throttling (130429) seconds, a pause for
 * utilisation less: people wait for that rather than hear from a stranger. The stops that Meta's errors make (131031,
 * 131037, 368 …) have no end. `FLAGGED` and `RATE_LIMITED` numbers still send; `PENDING` ones are about to.
 */
export const LOSS_RULES: LossRules = {
  scopes: ['number', 'waba', 'portfolio'],
  leastMs: 30 * MINUTE_MS,
  statuses: ['BANNED', 'RESTRICTED', 'DISCONNECTED', 'DELETED', 'MIGRATED'],
};

/** Says whether messages of a type should leave a number for another of their pool, and why; null while it is theirs. */
export function lossOf(
  sender: PoolSender,
  type: string,
  stops: readonly Stop[],
  nowMs: number,
  rules: LossRules = LOSS_RULES,
): Loss | null {
  if (!sender.isThere) return { cause: 'deleted', why: 'the number is the portfolio’s no more' };
  if (!sender.isMember) return { cause: 'removed', why: 'the number was taken out of the pool' };
  if (sender.status !== null && rules.statuses.includes(sender.status)) {
    return { cause: 'status', why: `Meta calls the number ${sender.status}` };
  }
  const counting = stops.filter((stop) => rules.scopes.includes(stop.scope));
  const stop = stopOf({ ...sender, type, template: null }, counting, nowMs);
  if (stop === null || (stop.untilMs !== null && stop.untilMs - nowMs < rules.leastMs)) return null;
  return { cause: 'stop', why: `${stop.reason} (${stop.scope}, ${stop.code})` };
}

/** A message that waits on a number which is lost to it. */
export interface StrandedMessage {
  readonly id: string;
  readonly type: string;
  /** Whether an attempt may have reached Meta, or still may. */
  readonly inDoubt: boolean;
  /** Whether it answers a message, whose id only its number knows. */
  readonly isReply: boolean;
  /** Whether it names a file by an id of Meta's, which belongs to the number that uploaded it. */
  readonly namesMetaFile: boolean;
}

/** What the number that a message would go to means for it. */
export interface Destination {
  /** Whether it is of the same WhatsApp Business Account. */
  readonly isSameWaba: boolean;
  /** Whether the person is known to have written to it within the customer service window. */
  readonly hasWindow: boolean;
  /** Whether its account has the message's template in a state to be sent, and the message fits it. */
  readonly takesTemplate: boolean;
}

/** Why a message stays where it is. */
export type Stay = 'unsettled' | 'no_number' | 'reply' | 'file' | 'window' | 'template' | 'account';

/** The reasons in words: sentences without their full stop. */
export const STAYS: Readonly<Record<Stay, string>> = {
  unsettled:
    'a message to this person is on its way or in doubt on this number, and their others wait until that is settled',
  no_number: 'no other number of its pool can send now',
  reply: 'it answers a message, which no other number can',
  file: 'it names a file by an id of Meta’s, which no other number can send',
  window: 'it is no template, and the person has not written to the number that could take over within 24 hours',
  template: 'the account of the number that could take over has no such template that can be sent',
  account: 'what it shows belongs to the account of its number',
};

/** What becomes of the messages of one person on a lost number: each of them moves, or stays for a reason. */
export interface PersonsMoves {
  readonly moves: readonly string[];
  readonly stays: ReadonlyMap<string, Stay>;
}

/**
 * Decides for all that waits of one person on one number. While anything of theirs is on its way or in doubt there, nothing
 * moves: neither may they get a message twice, nor a later one before an earlier. Otherwise whatever another number can
 * send goes, in its order, and what only this number can send stays and holds nothing up. `to` is null when no number of
 * the pool can send.
 */
export function movesOf(
  messages: readonly StrandedMessage[],
  isBusy: boolean,
  to: ((message: StrandedMessage) => Destination) | null,
): PersonsMoves {
  const isUnsettled = isBusy || messages.some((m) => m.inDoubt);
  const stays = new Map<string, Stay>();
  for (const message of messages) {
    const why = isUnsettled ? 'unsettled' : to === null ? 'no_number' : whyStays(message, to(message));
    if (why !== null) stays.set(message.id, why);
  }
  return { moves: messages.filter((m) => !stays.has(m.id)).map((m) => m.id), stays };
}

function whyStays(message: StrandedMessage, to: Destination): Stay | null {
  if (message.isReply) return 'reply';
  if (message.namesMetaFile) return 'file';
  if (message.type === 'template') return to.takesTemplate ? null : 'template';
  // Flows, catalogues and their products are an account's.
  if (message.type === 'interactive' && !to.isSameWaba) return 'account';
  return to.hasWindow ? null : 'window';
}
